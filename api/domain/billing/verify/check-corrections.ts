import { cost, type Check } from "./check.ts";

/**
 * Every late report that was consumed has its correction, and every correction its report. In another currency than the
 * run's each source is rounded down for itself (WAL-4), so there as many micro-units may differ as there are sources.
 */
const CORRECTIONS: Check = {
  name: "corrections of a run",
  sql: `
    with owed as (
      select organization_id, run_id, currency, sum(sign * amount) as amount, bool_or(exact) as exact from (
        select l.organization_id, l.run_id, l.sign, former is null as exact,
          case when former is null then r.currency else f.to_currency end as currency,
          case when former is null then ${cost("price_per_hour", "l.from_minute", "l.to_minute")}
            else converted(run_cost(r.price_per_hour, l.to_minute - r.first_minute), f.rate)
              - converted(run_cost(r.price_per_hour, l.from_minute - r.first_minute), f.rate) end as amount
        from late_windows l
        join usage_runs r on r.id = l.run_id
        left join currency_fixings f on f.organization_id = r.organization_id
        cross join lateral (
          select case when l.consumed_in <> r.currency then r.currency end as former
        ) x
        where l.organization_id = any ($1) and l.consumed_at is not null
      ) windows group by organization_id, run_id, currency
    ), booked as (
      select organization_id, e.reference as run_id, p.currency, sum(p.amount) as amount, count(*) as sources
      from ledger_entries e join ledger_postings p using (organization_id, at, seq)
      where organization_id = any ($1) and e.kind = 'correction' and p.account = 'charges'
      group by organization_id, e.reference, p.currency
    )
    select organization_id, 'run ' || run_id as place, coalesce(o.amount, 0)::text || ' ' || currency as expected,
      coalesce(b.amount, 0)::text || ' ' || currency as found
    from owed o full join booked b using (organization_id, run_id, currency)
    where abs(coalesce(o.amount, 0) - coalesce(b.amount, 0)) > case when coalesce(o.exact, true) then 0 else b.sources end
    order by organization_id, run_id limit $3`,
};

/** What was written down of single runs adds up to the postings that it explains. */
const SHARES: Check = {
  name: "shares of an entry",
  sql: `
    with shares as (
      select s.organization_id, s.at, s.seq, r.workspace_id, r.service, r.kind, s.credit_id, sum(s.amount) as amount
      from run_shares s join usage_runs r on r.id = s.run_id
      where s.organization_id = any ($1)
      group by s.organization_id, s.at, s.seq, r.workspace_id, r.service, r.kind, s.credit_id
    ), explained as (
      select e.organization_id, e.at, e.seq, p.workspace_id, p.service, p.kind, p.credit_id, sum(p.amount) as amount
      from ledger_entries e join ledger_postings p using (organization_id, at, seq)
      where organization_id = any ($1) and p.account = 'charges' and (e.kind = 'correction' or exists (
        select from shares s where s.organization_id = e.organization_id and s.at = e.at and s.seq = e.seq
          and s.service = p.service))
      group by e.organization_id, e.at, e.seq, p.workspace_id, p.service, p.kind, p.credit_id
    )
    select coalesce(s.organization_id, p.organization_id) as organization_id,
      'entry ' || coalesce(s.seq, p.seq) || ' of ' || coalesce(s.at, p.at) || ', '
        || coalesce('credit ' || coalesce(s.credit_id, p.credit_id), 'top-up') as place,
      coalesce(s.amount, 0)::text as expected, coalesce(p.amount, 0)::text as found
    from shares s
    full join explained p on p.organization_id = s.organization_id and p.at = s.at and p.seq = s.seq
      and p.workspace_id = s.workspace_id and p.service = s.service and p.kind = s.kind
      and coalesce(p.credit_id, p.workspace_id) = coalesce(s.credit_id, s.workspace_id)
    where coalesce(s.amount, 0) <> coalesce(p.amount, 0) order by 1, 2 limit $3`,
};

export const CORRECTION_CHECKS = [CORRECTIONS, SHARES];
