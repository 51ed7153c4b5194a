import type { Database } from "#db/database.ts";
import { withSystem } from "#db/tenant.ts";
import { minuteOf } from "#domain/billing/units/minute.ts";
import { tickShard, type TickedShard } from "./tick-shard.ts";

// While one waits for its commit to reach the disk, the other computes.
const AT_ONCE = 2;

/**
 * One round of billing (BIL-3): shards with nothing to charge are moved on in one statement, each of the others is
 * charged in a transaction of its own, two at a time. Any number of replicas may do so at once: what another one is at is
 * left to it. Throws when some shard could not be charged, after what else was begun has ended.
 */
export async function tick(
  database: Database,
  options: { shard?: number } = {},
): Promise<TickedShard[]> {
  const shards = options.shard === undefined ? await advanceIdleShards(database) : [options.shard];
  const ticked: TickedShard[] = [];
  const waiting = shards.values();
  const chargeWaiting = async () => {
    for (const shard of waiting) {
      const done = await withSystem(database, (tx) => tickShard(tx, shard));
      if (done) ticked.push(done);
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, chargeWaiting));
  const failed = ends.find((end) => end.status === "rejected");
  if (failed) throw failed.reason;
  return ticked;
}

/** Moves the cursors of shards without anything to charge; returns the shards that are behind the present minute. */
export async function advanceIdleShards(database: Database): Promise<number[]> {
  return withSystem(database, async (tx) => {
    const { rows } = await tx.client.query<{ shard: number }>(
      "select advance_idle_shards($1) as shard",
      [minuteOf(tx.now)],
    );
    return rows.map((row) => row.shard);
  });
}
