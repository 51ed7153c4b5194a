import type { Check } from "./check.ts";

/** The Wallet is what its latest entry says, and the sum of all postings in its currency (WAL-6). */
const WALLETS: Check = {
  name: "Wallet",
  sql: `
    with latest as (
      select distinct on (organization_id) * from ledger_entries where organization_id = any ($1)
      order by organization_id, at desc, seq desc
    ), posted as (
      select p.organization_id, coalesce(sum(amount) filter (where account = 'plans'), 0) as plans,
        coalesce(sum(amount) filter (where account = 'vouchers'), 0) as vouchers,
        coalesce(sum(amount) filter (where account = 'topUp'), 0) as top_up
      from ledger_postings p join wallets w using (organization_id, currency)
      where organization_id = any ($1) group by p.organization_id
    ), compared as (
      select w.organization_id, c.* from wallets w
      left join latest l using (organization_id)
      left join posted p using (organization_id)
      cross join lateral (values
        ('plans', coalesce(p.plans, 0), w.plans), ('vouchers', coalesce(p.vouchers, 0), w.vouchers),
        ('top-up', coalesce(p.top_up, 0), w.top_up), ('number of the latest entry', coalesce(l.seq, 0), w.last_entry)
      ) as c(place, expected, found)
      where w.organization_id = any ($1)
    )
    select organization_id, place, expected::text, found::text from compared
    where expected <> found order by organization_id, place limit $3`,
};

/** What is left of credit: on the Wallet's line while it may be spent, beside it when it has lapsed (WAL-2). */
const CREDITS: Check = {
  name: "remaining credit",
  sql: `
    with posted as (
      select p.credit_id, p.currency, sum(amount) filter (where account in ('plans', 'vouchers')) as line,
        sum(amount) filter (where account = 'expired') as expired,
        -sum(amount) filter (where account = 'grants') as granted
      from ledger_postings p
      where organization_id = any ($1) and credit_id is not null group by p.credit_id, p.currency
    ), compared as (
      select c.organization_id, c.kind || ' credit ' || c.id as credit, x.* from credits c
      left join posted p on p.credit_id = c.id and p.currency = c.currency
      -- What was granted before the currency was fixed, as it was then.
      left join currency_fixings f on f.organization_id = c.organization_id
      left join posted g on g.credit_id = c.id and g.currency = f.from_currency and g.granted is not null
      cross join lateral (values
        (' on its line', case when c.lapsed_at is null then c.remaining else 0 end, coalesce(p.line, 0),
          c.remaining is not null),
        (' lapsed', case when c.lapsed_at is null then 0 else c.remaining end, coalesce(p.expired, 0),
          c.remaining is not null),
        (' granted', case when g.credit_id is null then c.amount
            when c.original_currency = f.from_currency then c.original_amount
            else converted(c.original_amount, c.rate) end, coalesce(g.granted, p.granted, 0), true)
      ) as x(part, found, expected, applies)
      where c.organization_id = any ($1)
    )
    select organization_id, credit || part as place, expected::text, found::text from compared
    where applies and expected <> found order by organization_id, credit limit $3`,
};

/** Nothing was paid by credit of others, for a Service it does not fit, or for minutes before its start or after its end. */
const FITTING: Check = {
  name: "source of a charge",
  sql: `
    select e.organization_id, 'entry ' || e.seq || ' of ' || e.at || ', ' || p.service || ' ' || p.kind as place,
      'credit that may pay it' as expected, coalesce(c.kind || ' credit ', 'unknown credit ') || p.credit_id as found
    from ledger_entries e
    join ledger_postings p using (organization_id, at, seq)
    left join credits c on c.id = p.credit_id
    where e.organization_id = any ($1) and e.kind = 'charge' and p.account = 'charges' and p.credit_id is not null
      and (c.organization_id = e.organization_id and (c.services is null or p.service = any (c.services))
        and c.from_minute <= e.from_minute and c.until_minute >= e.to_minute) is not true
    order by e.organization_id, e.seq limit $3`,
};

export const WALLET_CHECKS = [WALLETS, CREDITS, FITTING];
