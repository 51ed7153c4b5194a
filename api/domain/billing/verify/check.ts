/**
 * One statement that compares the books of some Organizations with what they must be. $1: the Organizations, $2: the
 * minute up to which their shard is charged, $3: the most differences to tell. Answers rows of `organization_id`,
 * `place`, `expected`, `found`; none where all is right.
 */
export interface Check {
  /** What is compared; names the difference. */
  readonly name: string;
  readonly sql: string;
}

/** SQL of the minutes [lo, hi) of the runs `r` that ticks have charged. */
export const TICKED = `
  select *, tick_from as lo, least(tick_until, $2::integer) as hi from usage_runs
  where organization_id = any ($1) and tick_from < least(tick_until, $2::integer)`;

/** SQL of each UTC day `day` that [lo, hi) touches: its minutes [day_lo, day_hi). */
export const DAYS = `
  cross join lateral (
    select minute_day(d * 1440) as day, greatest(lo, d * 1440) as day_lo, least(hi, (d + 1) * 1440) as day_hi
    from generate_series(lo / 1440, (hi - 1) / 1440) d
  ) days`;

/** SQL of what minutes [from, to) of the run `r` cost at a price (BIL-2). */
export function cost(price: string, from: string, to: string): string {
  return `(run_cost(r.${price}, ${to} - r.first_minute) - run_cost(r.${price}, ${from} - r.first_minute))`;
}
