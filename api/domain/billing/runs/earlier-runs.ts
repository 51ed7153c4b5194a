import type { Tx } from "#db/tenant.ts";
import { minuteFrom } from "#domain/billing/units/minute.ts";
import { subjectOf, type ReportedRun } from "./usage-run.ts";

/** What is recorded of a subject already when an interval of it is reported. */
export interface EarlierRuns {
  /** Whether an interval that began then is. */
  readonly isKnown: boolean;
  /** The minute after the last that an earlier run of the subject touches; 0 when there is none. */
  readonly touchedUntil: number;
}

export async function earlierRuns(tx: Tx, run: ReportedRun): Promise<EarlierRuns> {
  const { rows } = await tx.client.query<{ isKnown: boolean; endedAt: Date | null }>({
    name: "earlier runs",
    text: `select exists (
        select from usage_runs where subject_id = $1 and kind = $2 and running_since = $3
      ) as "isKnown", (
        select ended_at from usage_runs
        where subject_id = $1 and kind = $2 and started_at < $3 and ended_at > started_at
        order by started_at desc limit 1
      ) as "endedAt"`,
    values: [subjectOf(run), run.kind, run.startedAt],
  });
  const { isKnown, endedAt } = rows[0]!;
  return { isKnown, touchedUntil: endedAt === null ? 0 : minuteFrom(endedAt) };
}
