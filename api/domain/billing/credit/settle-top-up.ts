import type { Tx } from "#db/tenant.ts";
import type { Rates } from "#domain/billing/currency/convert.ts";
import { fixCurrency } from "#domain/billing/currency/fix-currency.ts";
import { grantCredit, type Credit } from "./grant-credit.ts";
import type { Currency } from "#domain/billing/units/money.ts";

export interface SettledTopUp {
  organizationId: string;
  amount: bigint;
  currency: Currency;
  rates: Rates;
  /** Names the payment: settled twice, it is credited once. */
  key: string;
}

/**
 * Credits a top-up that its gateway has confirmed, once (WAL-3, PAY-2). The first one fixes the Wallet's currency for
 * good, and converts it where it had another one provisionally (WAL-4). Throws `amount_too_small`, `balance_too_large`.
 */
export async function settleTopUp(tx: Tx, topUp: SettledTopUp): Promise<Credit> {
  await fixCurrency(tx, topUp);
  return grantCredit(tx, { kind: "topUp", ...topUp });
}
