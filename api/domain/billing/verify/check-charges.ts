import { cost, DAYS, TICKED, type Check } from "./check.ts";

/** BIL-2: what ticks charged for each Workspace, Service and kind on each UTC day is what its runs cost. */
const CHARGES: Check = {
  name: "charges of a day",
  sql: `
    with owed as (
      select organization_id, workspace_id, service, kind, currency, day,
        sum(${cost("price_per_hour", "day_lo", "day_hi")}) as amount
      from (${TICKED}) r ${DAYS}
      group by organization_id, workspace_id, service, kind, currency, day
    ), booked as (
      select organization_id, p.workspace_id, p.service, p.kind, p.currency, minute_day(e.from_minute) as day,
        sum(p.amount) as amount
      from ledger_entries e join ledger_postings p using (organization_id, at, seq)
      where organization_id = any ($1) and e.kind = 'charge' and p.account = 'charges'
      group by organization_id, p.workspace_id, p.service, p.kind, p.currency, day
    )
    select organization_id, 'workspace ' || workspace_id || ', ' || service || ' ' || kind || ' on ' || day as place,
      coalesce(o.amount, 0)::text || ' ' || currency as expected, coalesce(b.amount, 0)::text || ' ' || currency as found
    from owed o full join booked b using (organization_id, workspace_id, service, kind, currency, day)
    where coalesce(o.amount, 0) <> coalesce(b.amount, 0) order by organization_id, day limit $3`,
};

/** Of the days that differ, the entries: what the runs cost in the minutes of each. */
const ENTRIES: Check = {
  name: "charges of an entry",
  sql: `
    with booked as (
      select e.organization_id, e.at, e.seq, e.from_minute, e.to_minute, p.workspace_id, p.service, p.kind,
        sum(p.amount) as amount
      from ledger_entries e join ledger_postings p using (organization_id, at, seq)
      where organization_id = any ($1) and e.kind = 'charge' and p.account = 'charges'
      group by e.organization_id, e.at, e.seq, e.from_minute, e.to_minute, p.workspace_id, p.service, p.kind
    ), owed as (
      select b.organization_id, b.seq, b.at, b.workspace_id, b.service, b.kind, coalesce(sum(
        ${cost("price_per_hour", "greatest(b.from_minute, r.lo)", "least(b.to_minute, r.hi)")}), 0) as amount
      from booked b
      left join (${TICKED}) r on r.organization_id = b.organization_id and r.workspace_id = b.workspace_id
        and r.service = b.service and r.kind = b.kind and r.lo < b.to_minute and r.hi > b.from_minute
      group by b.organization_id, b.seq, b.at, b.workspace_id, b.service, b.kind
    )
    select b.organization_id, 'entry ' || b.seq || ' of ' || b.at || ', workspace ' || b.workspace_id || ', '
        || b.service || ' ' || b.kind as place, o.amount::text as expected, b.amount::text as found
    from booked b join owed o using (organization_id, seq, at, workspace_id, service, kind)
    where o.amount <> b.amount order by b.organization_id, b.seq limit $3`,
};

/** BIL-1: no minute of an Organization is in two charges, and none in the future. */
const ONCE: Check = {
  name: "minutes of a charge",
  sql: `
    select organization_id, 'entry ' || seq || ' of ' || at as place,
      'from ' || coalesce(before, from_minute) || ' or later, until ' || $2::integer || ' or earlier' as expected,
      'from ' || from_minute || ' until ' || to_minute as found
    from (
      select *, max(to_minute) over (partition by organization_id order by at, seq
        rows between unbounded preceding and 1 preceding) as before
      from ledger_entries where organization_id = any ($1) and kind = 'charge'
    ) e
    where from_minute < before or to_minute <= from_minute or to_minute > $2::integer
    order by organization_id, seq limit $3`,
};

export const CHARGE_CHECKS = [CHARGES, ONCE];
/** Too much to ask of every Organization; asked of those whose days differ. */
export const ENTRY_OF_CHARGES = ENTRIES;
export const CHARGES_OF_DAYS = CHARGES.name;
