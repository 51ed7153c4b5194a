/** The currencies of a Wallet (WAL-4). */
export const CURRENCIES = ["VND", "USD", "JPY"] as const;
export type Currency = (typeof CURRENCIES)[number];

/** Money as the API writes it: a decimal string with at most six decimals, and the currency. */
export interface Money {
  amount: string;
  currency: Currency;
}

/** Micro-units in one unit of any currency (WAL-5). */
export const MICROS = 1_000_000n;

const DECIMAL = /^(-?)(\d{1,12})(?:\.(\d{1,6}))?$/;

/**
 * Micro-units of a decimal string such as `12.5` (WAL-5). Exact: more than six decimals, an exponent, a sign other
 * than a leading minus, or more than twelve digits before the point throw a `RangeError`.
 */
export function parseAmount(amount: string): bigint {
  const match = DECIMAL.exec(amount);
  if (!match)
    throw new RangeError(
      `not an amount with at most 12 digits and 6 decimals: ${JSON.stringify(amount)}`,
    );
  const [, sign, whole, fraction = ""] = match;
  const micros = BigInt(whole!) * MICROS + BigInt(fraction.padEnd(6, "0"));
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

/** Micro-units of money as the API writes it; throws like `parseAmount`. */
export function parseMoney(money: Money): bigint {
  return parseAmount(money.amount);
}

/** Money as the API writes it. */
export function formatMoney(micros: bigint, currency: Currency): Money {
  return { amount: formatAmount(micros), currency };
}
