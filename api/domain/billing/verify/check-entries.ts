import type { Check } from "./check.ts";

/** WAL-6: entries of a Wallet are numbered without gaps; none is missing, doubled or out of order. */
const NUMBERED: Check = {
  name: "entry number",
  sql: `
    select organization_id, 'entry ' || seq || ' of ' || at as place,
      (coalesce(before, 0) + 1)::text as expected, seq::text as found
    from (
      select organization_id, at, seq, lag(seq) over (partition by organization_id order by at, seq) as before
      from ledger_entries where organization_id = any ($1)
    ) e
    where seq <> coalesce(before, 0) + 1 order by organization_id, seq limit $3`,
};

/** WAL-6: what each entry says of the lines afterwards is what they were before, and its postings. */
const BALANCES_AFTER: Check = {
  name: "balance after an entry",
  sql: `
    with moved as (
      select p.organization_id, p.at, p.seq, p.currency,
        coalesce(sum(amount) filter (where account = 'plans'), 0) as plans,
        coalesce(sum(amount) filter (where account = 'vouchers'), 0) as vouchers,
        coalesce(sum(amount) filter (where account = 'topUp'), 0) as top_up
      from ledger_postings p where organization_id = any ($1)
      group by p.organization_id, p.at, p.seq, p.currency
    ), chain as (
      select *, lag(currency) over w as was, lag(plans_after) over w as plans, lag(vouchers_after) over w as vouchers,
        lag(top_up_after) over w as top_up
      from ledger_entries where organization_id = any ($1)
      window w as (partition by organization_id order by at, seq)
    ), sides as (
      -- A conversion leaves nothing in the currency before it.
      select c.organization_id, c.at, c.seq, c.was as currency, array[c.plans, c.vouchers, c.top_up]::numeric[] as before,
        array[0, 0, 0]::numeric[] as after
      from chain c where c.was <> c.currency
      union all
      select c.organization_id, c.at, c.seq, c.currency,
        case when c.was = c.currency then array[c.plans, c.vouchers, c.top_up] else array[0, 0, 0] end::numeric[],
        array[c.plans_after, c.vouchers_after, c.top_up_after]::numeric[]
      from chain c
    )
    select s.organization_id, 'entry ' || s.seq || ' of ' || s.at || ', plans, vouchers and top-up in ' || s.currency as place,
      x.expected::text, s.after::text as found
    from sides s
    left join moved m on m.organization_id = s.organization_id and m.at = s.at and m.seq = s.seq and m.currency = s.currency
    cross join lateral (
      select array[s.before[1] + coalesce(m.plans, 0), s.before[2] + coalesce(m.vouchers, 0),
        s.before[3] + coalesce(m.top_up, 0)] as expected
    ) x
    where x.expected <> s.after order by s.organization_id, s.seq limit $3`,
};

/** WAL-6: the postings of an entry sum to zero in each currency and for each credit, and every posting has its entry. */
const BALANCED: Check = {
  name: "balance of an entry",
  sql: `
    select p.organization_id, 'entry ' || p.seq || ' of ' || p.at || ' in ' || p.currency || ', '
        || coalesce('credit ' || p.credit_id, 'top-up') as place, '0' as expected,
      case when e.seq is null then 'no entry, ' else '' end || p.sum as found
    from (
      select organization_id, at, seq, currency, credit_id, sum(amount) as sum from ledger_postings
      where organization_id = any ($1) group by organization_id, at, seq, currency, credit_id
    ) p
    left join ledger_entries e on e.organization_id = p.organization_id and e.at = p.at and e.seq = p.seq
    where p.sum <> 0 or e.seq is null order by p.organization_id, p.seq limit $3`,
};

export const ENTRY_CHECKS = [NUMBERED, BALANCES_AFTER, BALANCED];
