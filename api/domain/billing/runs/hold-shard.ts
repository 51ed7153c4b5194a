import type { Tx } from "#db/tenant.ts";

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
