import type { Database } from "#db/database.ts";
import { verifyShard, type Difference } from "./verify-shard.ts";

/**
 * Verifies the books of all shards, one after another, each in a snapshot of its own. Differences arrive as they are
 * found; answers how many there were.
 */
export async function verifyLedger(
  database: Database,
  onDifference: (difference: Difference, shard: number) => void,
): Promise<number> {
  const { rows } = await database.pool.query<{ shard: number }>(
    "select distinct shard from wallets order by shard",
  );
  let found = 0;
  for (const { shard } of rows) {
    for (const difference of await verifyShard(database, shard)) {
      onDifference(difference, shard);
      found += 1;
    }
  }
  return found;
}
