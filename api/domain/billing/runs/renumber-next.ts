import type { Tx } from "#db/tenant.ts";
import { earlierRuns } from "./earlier-runs.ts";
import { insertRun } from "./insert-run.ts";
import { minuteOf } from "#domain/billing/units/minute.ts";
import { shortenRun } from "./shorten-run.ts";
import { newRunLike, type UsageRun } from "./usage-run.ts";

/**
 * A minute touched by two runs of one subject belongs to the earlier (BIL-1). When the end of `run` became known out of
 * order, the run after it may own another first minute: it is emptied and recorded anew, so that its minutes are numbered
 * from the right one.
 */
export async function renumberNext(tx: Tx, cursor: number, run: UsageRun): Promise<void> {
  const { rows } = await tx.client.query<UsageRun>(
    `select * from usage_runs
     where subject_id = $1 and kind = $2 and started_at >= $3 and id <> $4
       and (ended_at is null or ended_at > started_at)
     order by started_at limit 1 for update`,
    [run.subject_id, run.kind, run.started_at, run.id],
  );
  const next = rows[0];
  if (!next) return;
  const again = newRunLike(next);
  const { touchedUntil } = await earlierRuns(tx, again);
  if (Math.max(minuteOf(next.started_at), touchedUntil) === next.first_minute) return;
  await shortenRun(tx, cursor, next, next.started_at);
  await insertRun(tx, cursor, again, { runningSince: next.running_since, touchedUntil });
}
