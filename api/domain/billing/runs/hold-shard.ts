import type { Tx } from "#db/tenant.ts";
import type { Currency } from "#domain/billing/units/money.ts";

/**
 * Keeps the shard's cursor still until the transaction ends, and returns it: every minute before it is charged. Comes
 * before any lock on a Wallet, as in the tick.
 */
export async function holdShard(tx: Tx, shard: number): Promise<number> {
  const { rows } = await tx.client.query<{ cursor: number }>({
    name: "hold shard",
    text: "select hold_shard($1) as cursor",
    values: [shard],
  });
  return rows[0]!.cursor;
}

/** What stays as it is until the transaction ends. */
export interface HeldWallet {
  /** Every minute before it is charged. */
  readonly cursor: number;
  readonly currency: Currency;
}

/** As `holdShard`, for a run that begins: the Wallet's currency cannot become another one before it is there (WAL-4). */
export async function holdWallet(
  tx: Tx,
  { shard, organizationId }: { shard: number; organizationId: string },
): Promise<HeldWallet> {
  const { rows } = await tx.client.query<HeldWallet>({
    name: "hold wallet",
    text: "select cursor_minute as cursor, currency from hold_wallet($1, $2)",
    values: [shard, organizationId],
  });
  return rows[0]!;
}
