import type { Tx } from "#db/tenant.ts";
import type { Currency } from "#domain/billing/units/money.ts";

/** What the Wallet counts in. A fixing may change it before the commit, unless the caller holds its shard or admission (WAL-4). */
export async function walletCurrency(tx: Tx, organizationId: string): Promise<Currency> {
  const { rows } = await tx.client.query<{ currency: Currency }>({
    name: "currency of a wallet",
    text: "select currency from wallets where organization_id = $1",
    values: [organizationId],
  });
  return rows[0]!.currency;
}
