import type { Currency } from "#domain/billing/units/money.ts";

/**
 * The site's exchange rates: units of `to` for one unit of `from` at a moment, as a decimal string such as `25400` or
 * `0.00625`. Recorded on every grant that used it (WAL-4).
 */
export type Rates = (from: Currency, to: Currency, at: Date) => string;

const DECIMAL = /^(\d+)(?:\.(\d+))?$/;

/** Micro-units in the other currency, rounded down: a debt to more. Exact; a rate that is no positive decimal throws. */
export function convert(micros: bigint, rate: string): bigint {
  const match = DECIMAL.exec(rate);
  if (!match || !/[1-9]/.test(rate))
    throw new RangeError(`not an exchange rate: ${JSON.stringify(rate)}`);
  const [, whole, fraction = ""] = match;
  const [product, unit] = [micros * BigInt(whole! + fraction), 10n ** BigInt(fraction.length)];
  const roundsUp = product < 0n && product % unit !== 0n;
  return product / unit - (roundsUp ? 1n : 0n);
}

/** The same rates for a site with fixed ones, given as micro-units of each currency that one US dollar buys. */
export function fixedRates(perUsd: Record<Currency, bigint>): Rates {
  return (from, to) => {
    // Twelve decimals, so that converting the smallest unit to the largest keeps its digits.
    const scaled = (perUsd[to] * 10n ** 12n) / perUsd[from];
    return `${scaled / 10n ** 12n}.${(scaled % 10n ** 12n).toString().padStart(12, "0")}`;
  };
}
