import type { Currency } from "#domain/billing/units/money.ts";

/** What credit was granted as in another currency, in micro-units of that, and the rate used (WAL-4). */
export interface Original {
  amount: bigint;
  currency: Currency;
  rate: string;
}

/** A row that has read `originalOf` as "original". */
export interface OriginalRow {
  original: { amount: string; currency: Currency; rate: string } | null;
}

/** SQL of the original of a row of `credits`; null where it was granted in the Wallet's currency. */
export const originalOf = (credits: string) =>
  `case when ${credits}.rate is not null then json_build_object('amount', ${credits}.original_amount::text,
     'currency', ${credits}.original_currency, 'rate', ${credits}.rate::text) end`;

/** The row with the original that it has read. JSON has no integers as large as amounts are. */
export function withOriginal<Row extends OriginalRow>(
  row: Row,
): Omit<Row, "original"> & { original: Original | null } {
  const { original } = row;
  return { ...row, original: original && { ...original, amount: BigInt(original.amount) } };
}
