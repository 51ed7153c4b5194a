import type { Tx } from "#db/tenant.ts";
import { endMinuteOf } from "./insert-run.ts";
import { recordLate } from "./record-late.ts";
import { OPEN, type UsageRun } from "./usage-run.ts";

/**
 * Moves the end of a run to `endedAt`, which is earlier than its end so far. A late start that no tick has consumed yet
 * is trimmed; what has been charged beyond the new end becomes a late window.
 */
export async function shortenRun(
  tx: Tx,
  cursor: number,
  run: UsageRun,
  endedAt: Date,
): Promise<UsageRun> {
  const end = endMinuteOf(run.first_minute, run.started_at, endedAt);
  // Minutes before this were charged, or are about to be by a late window, and were not given back yet.
  const charged = Math.min(cursor, run.end_minute ?? OPEN);
  const tickUntil = Math.min(run.tick_until, Math.max(run.tick_from, end, cursor));
  const { rows } = await tx.client.query<UsageRun>(
    "update usage_runs set ended_at = $2, end_minute = $3, tick_until = $4 where id = $1 returning *",
    [run.id, endedAt, end, tickUntil],
  );
  const trimmed = await trimLateStart(tx, run.id, end);
  await recordLate(tx, run, -1, trimmed ? Math.max(end, run.tick_from) : end, charged);
  return rows[0]!;
}

/** True when the run's late start is still to be charged: then nothing before `tick_from` needs to be given back. */
async function trimLateStart(tx: Tx, runId: string, end: number): Promise<boolean> {
  const pending = "run_id = $1 and sign = 1 and consumed_at is null";
  const dropped = await tx.client.query(
    `delete from late_windows where ${pending} and from_minute >= $2`,
    [runId, end],
  );
  const kept = await tx.client.query(
    `update late_windows set to_minute = least(to_minute, $2) where ${pending}`,
    [runId, end],
  );
  return Boolean(dropped.rowCount || kept.rowCount);
}
