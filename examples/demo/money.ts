/** Millionths of what is written, with or without all of its decimals (WAL-5). */
export function micros(amount: string): bigint {
  const [whole, fraction = ""] = amount.replace("-", "").split(".");
  const value = BigInt(whole! + fraction.padEnd(6, "0"));
  return amount.startsWith("-") ? -value : value;
}

/** Of what is not negative. */
export function decimal(value: bigint): string {
  const digits = value.toString().padStart(7, "0");
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
}
