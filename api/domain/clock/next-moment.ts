import type { Database } from "#db/database.ts";
import { MINUTE_MS } from "#domain/billing/units/minute.ts";

export interface Step {
  now: Date;
  target: Date;
  /** When clusters have something to do next. */
  moments: (Date | null)[];
}

/** Where the clock goes next: the earliest of the target, the next minute, and whatever is due next after now. */
export async function nextMoment(
  database: Database,
  { now, target, moments }: Step,
): Promise<Date> {
  const { rows } = await database.pool.query<{ due: Date | null }>(
    "select min(due_at) as due from work_items where due_at > $1 and parked_at is null",
    [now],
  );
  const minute = new Date((Math.floor(now.getTime() / MINUTE_MS) + 1) * MINUTE_MS);
  // What became due on a cluster since we looked comes first: the clock stands still for it.
  const due = [rows[0]!.due, ...moments].filter((it) => it !== null);
  return [minute, ...due].reduce((first, it) => (it < first ? it : first), target);
}
