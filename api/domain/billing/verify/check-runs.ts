import { cost, DAYS, TICKED, type Check } from "./check.ts";

/**
 * BIL-1: what ticks charge of a run and what late reports added and took away, consumed or not yet, are together every
 * minute from its first to its end, once.
 */
const MINUTES: Check = {
  name: "minutes of a run",
  sql: `
    select r.organization_id, 'run ' || r.id as place,
      greatest(0, least(coalesce(r.end_minute, $2::integer), $2::integer) - r.first_minute)::text as expected,
      (greatest(0, least(r.tick_until, $2::integer) - r.tick_from) + coalesce(l.minutes, 0))::text as found
    from usage_runs r
    left join (
      select run_id, sum(sign * (to_minute - from_minute)) as minutes from late_windows
      where organization_id = any ($1) group by run_id
    ) l on l.run_id = r.id
    where r.organization_id = any ($1)
      and greatest(0, least(coalesce(r.end_minute, $2::integer), $2::integer) - r.first_minute)
        <> greatest(0, least(r.tick_until, $2::integer) - r.tick_from) + coalesce(l.minutes, 0)
    order by r.organization_id, r.id limit $3`,
};

/** QUO-3: what is counted for a Workspace and UTC day is what its runs cost in USD. */
const QUOTA: Check = {
  name: "Quota counter",
  sql: `
    with owed as (
      select workspace_id, organization_id, day, sum(amount) as amount from (
        select r.workspace_id, r.organization_id, day, ${cost("price_usd_per_hour", "day_lo", "day_hi")} as amount
        from (${TICKED}) r ${DAYS}
        union all
        select r.workspace_id, r.organization_id, day, r.sign * ${cost("price_usd_per_hour", "day_lo", "day_hi")}
        from (
          select r.*, l.sign, l.from_minute as lo, l.to_minute as hi
          from late_windows l join usage_runs r on r.id = l.run_id
          where l.organization_id = any ($1) and l.consumed_at is not null
        ) r ${DAYS}
      ) parts group by workspace_id, organization_id, day
    ), counted as (
      select organization_id, workspace_id, day, spent_usd_micros as amount from quota_counters
      where organization_id = any ($1)
    )
    select organization_id, 'workspace ' || workspace_id || ' on ' || day as place,
      coalesce(o.amount, 0)::text || ' USD' as expected, coalesce(c.amount, 0)::text || ' USD' as found
    from owed o full join counted c using (organization_id, workspace_id, day)
    where coalesce(o.amount, 0) <> coalesce(c.amount, 0) order by organization_id, day limit $3`,
};

export const RUN_CHECKS = [MINUTES, QUOTA];
