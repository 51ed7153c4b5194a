import type { Tx } from "#db/tenant.ts";
import { minuteFrom } from "#domain/billing/units/minute.ts";
import { subjectOf, type NewRun, type UsageRun } from "./usage-run.ts";

/** What is recorded of a subject already when an interval of it is reported. */
export interface EarlierRuns {
  /** Whether an interval that began then is. */
  readonly isKnown: boolean;
  /** As below. */
  readonly touchedUntil: number;
}

const TOUCHED = `select ended_at from usage_runs
  where subject_id = $1 and kind = $2 and started_at < $3 and ended_at > started_at
  order by started_at desc limit 1`;

export async function earlierRuns(tx: Tx, run: NewRun): Promise<EarlierRuns> {
  const { rows } = await tx.client.query<{ isKnown: boolean; endedAt: Date | null }>({
    name: "earlier runs",
    text: `select exists (
        select from usage_runs where subject_id = $1 and kind = $2 and running_since = $3
      ) as "isKnown", (${TOUCHED}) as "endedAt"`,
    values: [subjectOf(run), run.kind, run.startedAt],
  });
  const { isKnown, endedAt } = rows[0]!;
  return { isKnown, touchedUntil: endedAt === null ? 0 : minuteFrom(endedAt) };
}

/** The minute after the last that an earlier run of the subject touches; 0 when there is none. */
export async function touchedUntil(
  tx: Tx,
  { subject_id, kind, started_at }: Pick<UsageRun, "subject_id" | "kind" | "started_at">,
): Promise<number> {
  const { rows } = await tx.client.query<{ ended_at: Date }>({
    name: "touched until",
    text: TOUCHED,
    values: [subject_id, kind, started_at],
  });
  return rows[0] ? minuteFrom(rows[0].ended_at) : 0;
}
