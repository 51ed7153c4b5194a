import type { Tx } from "#db/tenant.ts";
import { newId } from "#domain/ids.ts";
import { minuteFrom, minuteOf } from "#domain/billing/units/minute.ts";
import { recordLate } from "./record-late.ts";
import { OPEN, subjectOf, type NewRun, type UsageRun } from "./usage-run.ts";

/**
 * Adds a run whose interval belongs to the one reported as beginning at `runningSince`. Its first minute is the first
 * that no earlier run of the subject touches (BIL-1). What lies before the cursor becomes a late window. Null when the
 * interval overlaps another one of the subject.
 */
export async function insertRun(
  tx: Tx,
  cursor: number,
  run: NewRun,
  runningSince: Date,
): Promise<UsageRun | null> {
  const firstMinute = Math.max(
    minuteOf(run.startedAt),
    await touchedUntil(tx, subjectOf(run), run.kind, run.startedAt),
  );
  const endedAt = run.endedAt ?? null;
  const endMinute = endedAt && endMinuteOf(firstMinute, run.startedAt, endedAt);
  const tickFrom = Math.max(firstMinute, cursor);
  const tickUntil = endMinute === null ? OPEN : Math.max(tickFrom, endMinute);
  const { rows } = await tx.client.query<UsageRun>(
    `insert into usage_runs (id, organization_id, workspace_id, shard, service, kind, resource_id, volume_id, region,
       product, quantity, currency, price_per_hour, price_usd_per_hour, running_since, started_at, ended_at,
       first_minute, end_minute, tick_from, tick_until)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
     on conflict do nothing returning *`,
    [
      newId(),
      run.organizationId,
      run.workspaceId,
      run.shard,
      run.service,
      run.kind,
      run.resourceId,
      run.volumeId,
      run.region,
      run.product,
      run.quantity,
      run.currency,
      run.pricePerHour,
      run.priceUsdPerHour,
      runningSince,
      run.startedAt,
      endedAt,
      firstMinute,
      endMinute,
      tickFrom,
      tickUntil,
    ],
  );
  const row = rows[0];
  if (!row) return null;
  await recordLate(tx, row, 1, firstMinute, Math.min(tickFrom, endMinute ?? tickFrom));
  return row;
}

/** The minute after the last that an interval touches; an empty interval touches none. */
export function endMinuteOf(firstMinute: number, startedAt: Date, endedAt: Date): number {
  return endedAt > startedAt ? Math.max(firstMinute, minuteFrom(endedAt)) : firstMinute;
}

/** The minute after the last that an earlier run of the subject touches; 0 when there is none. */
export async function touchedUntil(
  tx: Tx,
  subjectId: string,
  kind: string,
  startedAt: Date,
): Promise<number> {
  const { rows } = await tx.client.query<{ ended_at: Date }>({
    name: "touched until",
    text: `select ended_at from usage_runs
     where subject_id = $1 and kind = $2 and started_at < $3 and ended_at > started_at
     order by started_at desc limit 1`,
    values: [subjectId, kind, startedAt],
  });
  return rows[0] ? minuteFrom(rows[0].ended_at) : 0;
}
