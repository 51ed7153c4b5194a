import type { Tx } from "#db/tenant.ts";
import type { UsageRun } from "./usage-run.ts";

/** Leaves minutes [from, to) of a run to the next tick, to be charged (+1) or given back (−1). */
export async function recordLate(
  tx: Tx,
  run: UsageRun,
  sign: 1 | -1,
  from: number,
  to: number,
): Promise<void> {
  if (from >= to) return;
  await tx.client.query(
    `insert into late_windows (organization_id, shard, run_id, sign, from_minute, to_minute, reported_at)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [run.organization_id, run.shard, run.id, sign, from, to, tx.now],
  );
}
