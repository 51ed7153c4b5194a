/** Micro-units in one unit of any currency (WAL-5). */
const MICROS = 1_000_000n;

const DECIMAL = /^(-?)(\d{1,19})(?:\.(\d{1,6}))?$/;

/** Micro-units of a decimal string such as `12.5`, exactly (WAL-5). @throws {RangeError} for anything else. */
export function parseAmount(amount: string): bigint {
  const match = DECIMAL.exec(amount);
  if (!match)
    throw new RangeError(`not an amount with at most 6 decimals: ${JSON.stringify(amount)}`);
  const [, sign, whole = "", fraction = ""] = match;
  const micros = BigInt(whole) * MICROS + BigInt(fraction.padEnd(6, "0"));
  return sign === "-" ? -micros : micros;
}

/** The decimal string of micro-units: two decimals at least, six at most, never rounded. */
export function formatAmount(micros: bigint): string {
  const magnitude = micros < 0n ? -micros : micros;
  const fraction = (magnitude % MICROS)
    .toString()
    .padStart(6, "0")
    .replace(/0{1,4}$/, "");
  return `${micros < 0n ? "-" : ""}${magnitude / MICROS}.${fraction}`;
}
