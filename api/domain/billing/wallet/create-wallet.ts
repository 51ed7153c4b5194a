import type { Tx } from "#db/tenant.ts";
import type { Currency } from "#domain/billing/units/money.ts";

/** Gives a new Organization its Wallet, in the site's currency until a top-up fixes it (ORG-2, WAL-4). */
export async function createWallet(
  tx: Tx,
  input: { organizationId: string; shard: number; currency: Currency },
): Promise<void> {
  await tx.client.query(
    `insert into wallets (organization_id, shard, currency, last_entry_at, created_at) values ($1, $2, $3, $4, $4)`,
    [input.organizationId, input.shard, input.currency, tx.now],
  );
  await tx.client.query("insert into admissions (organization_id) values ($1)", [
    input.organizationId,
  ]);
}
