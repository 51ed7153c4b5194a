import type { TenantTx } from "#db/tenant.ts";
import { parseMoney, type Money } from "#domain/billing/units/money.ts";
import { lockWallet } from "#domain/billing/wallet/wallet.ts";
import { InputError } from "#domain/errors.ts";

export interface AlertInput {
  threshold: Money;
  recipients: string[];
}

/**
 * What an alert is as it is written (BIL-7): armed when the total is not below the threshold by now. Locks the Wallet.
 * Throws `invalid_input` when the threshold is in another currency than the Wallet.
 */
export async function judgeAlert(tx: TenantTx, { threshold, recipients }: AlertInput) {
  const wallet = await lockWallet(tx, tx.organizationId);
  const { currency } = wallet;
  if (threshold.currency !== currency) {
    const message = `must be the Wallet's currency, ${currency}`;
    throw new InputError([{ pointer: "/threshold/currency", code: "other_currency", message }]);
  }
  const micros = parseMoney(threshold);
  return {
    shard: wallet.shard,
    threshold: micros,
    currency,
    recipients: onePerAddress(recipients),
    armed: wallet.plans + wallet.vouchers + wallet.top_up >= micros,
  };
}

function onePerAddress(addresses: string[]): string[] {
  return [...new Map(addresses.map((address) => [address.toLowerCase(), address])).values()];
}
