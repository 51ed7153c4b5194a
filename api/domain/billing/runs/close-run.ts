import type { Tx } from "#db/tenant.ts";
import { holdShard } from "./hold-shard.ts";
import { renumberNext } from "./renumber-next.ts";
import { shortenRun } from "./shorten-run.ts";
import type { RunEnd, UsageRun } from "./usage-run.ts";

/**
 * Ends the charging of an interval: at the first of all ends that are reported for it (BIL-1), so a later report may
 * only shorten it. Idempotent; nothing happens where no such interval is known. Minutes that were charged after the end
 * are given back by the next tick, to the sources that paid them.
 */
export async function closeRun(tx: Tx, end: RunEnd): Promise<void> {
  const cursor = await holdShard(tx, end.shard);
  const { rows } = await tx.client.query<UsageRun>(
    `select * from usage_runs
     where subject_id = $1 and kind = $2 and (ended_at is null or ended_at > $4) and running_since = coalesce($3,
       (select running_since from usage_runs where subject_id = $1 and kind = $2 and ended_at is null))
     order by started_at desc for update`,
    [end.subjectId, end.kind, end.startedAt ?? null, end.endedAt],
  );
  // The latest first: none of them is then taken for the successor of one before it.
  for (const run of rows) {
    const endedAt = end.endedAt > run.started_at ? end.endedAt : run.started_at;
    if (run.ended_at && run.ended_at <= endedAt) continue;
    const shortened = await shortenRun(tx, cursor, run, endedAt);
    if (run.ended_at) await renumberNext(tx, cursor, shortened);
  }
}
