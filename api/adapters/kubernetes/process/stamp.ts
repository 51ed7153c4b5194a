/** A line of a log, and when it was written: in a form whose order is that of time, null where it does not say. */
export interface Stamped {
  readonly at: string | null;
  readonly text: string;
}

const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d) /;

/** Reads `<RFC 3339, as many decimals as it takes> <line>`. */
export function readStamp(line: string): Stamped {
  const found = STAMP.exec(line);
  if (found === null) return { at: null, text: line };
  const [whole, seconds, decimals = "", offset] = found;
  const utc = new Date(`${seconds}${offset}`).toISOString().slice(0, 19);
  return { at: `${utc}.${decimals.padEnd(9, "0")}Z`, text: line.slice(whole.length) };
}
