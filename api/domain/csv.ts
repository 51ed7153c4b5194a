/** A row of a CSV file (RFC 4180): texts are quoted where they need to be, numbers and exact amounts given as they are. */
export function csvRow(cells: readonly (string | number | Verbatim | null)[]): string {
  return `${cells.map(cell).join(",")}\r\n`;
}

/** A text that we made ourselves, such as a negative amount: it is no formula, whatever it begins with. */
export interface Verbatim {
  readonly verbatim: string;
}

export const verbatim = (text: string): Verbatim => ({ verbatim: text });

function cell(value: string | number | Verbatim | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  if (typeof value === "object") return value.verbatim;
  const harmless = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

// Spreadsheets run what begins like this, also after blanks; an apostrophe makes it the text that it is (CWE-1236).
const FORMULA = /^\s*[=+\-@\t\r\n|%＝＋－＠]/;
