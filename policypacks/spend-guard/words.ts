import { formatAmount, HOURS_PER_MONTH, type Currency } from "@aifactory/sdk";

export const money = (micros: bigint, currency: Currency): string =>
  `${formatAmount(micros)} ${currency}`;

export const monthly = (perHour: bigint): bigint => perHour * BigInt(HOURS_PER_MONTH);
export const daily = (perHour: bigint): bigint => perHour * 24n;

/** `2.51 USD an hour, 1832.30 USD a month (730 hours)`. */
export function rate(perHour: bigint, currency: Currency): string {
  return `${money(perHour, currency)} an hour, ${money(monthly(perHour), currency)} a month (${HOURS_PER_MONTH} hours)`;
}

/** What an estimate rests on, as a sentence to append; empty where everything was known. */
export function assumed(assumptions: readonly string[], unsure = 0): string {
  const all =
    unsure > 0
      ? [...assumptions, `${unsure} that may be in another Workspace are counted`]
      : assumptions;
  return all.length > 0 ? ` Assumed: ${all.join("; ")}.` : "";
}
