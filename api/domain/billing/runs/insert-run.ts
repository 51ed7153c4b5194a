import type { Tx } from "#db/tenant.ts";
import { newId } from "#domain/ids.ts";
import { minuteFrom, minuteOf } from "#domain/billing/units/minute.ts";
import { recordLate } from "./record-late.ts";
import { OPEN, RUN_COLUMNS, type NewRun, type UsageRun } from "./usage-run.ts";

/** Where a run stands among those of its subject. */
interface Place {
  /** The reported beginning of the interval that it belongs to. */
  runningSince: Date;
  /** The first minute that no earlier run touches; that is its first one, unless it begins later (BIL-1). */
  touchedUntil: number;
}

/** Adds a run. What lies before the cursor becomes a late window. Null when it overlaps another one of the subject. */
export async function insertRun(
  tx: Tx,
  cursor: number,
  run: NewRun,
  { runningSince, touchedUntil }: Place,
): Promise<UsageRun | null> {
  const firstMinute = Math.max(minuteOf(run.startedAt), touchedUntil);
  const endedAt = run.endedAt ?? null;
  const endMinute = endedAt && endMinuteOf(firstMinute, run.startedAt, endedAt);
  const tickFrom = Math.max(firstMinute, cursor);
  const tickUntil = endMinute === null ? OPEN : Math.max(tickFrom, endMinute);
  const { rows } = await tx.client.query<UsageRun>({
    name: "insert run",
    text: `insert into usage_runs (id, organization_id, workspace_id, shard, service, kind, resource_id, volume_id, region,
       product, quantity, currency, price_per_hour, price_usd_per_hour, running_since, started_at, ended_at,
       first_minute, end_minute, tick_from, tick_until)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
     on conflict do nothing returning ${RUN_COLUMNS}`,
    values: [
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
  });
  const row = rows[0];
  if (!row) return null;
  await recordLate(tx, row, 1, firstMinute, Math.min(tickFrom, endMinute ?? tickFrom));
  return row;
}

/** The minute after the last that an interval touches; an empty interval touches none. */
export function endMinuteOf(firstMinute: number, startedAt: Date, endedAt: Date): number {
  return endedAt > startedAt ? Math.max(firstMinute, minuteFrom(endedAt)) : firstMinute;
}
