import type { Tx } from "#db/tenant.ts";
import { CREDIT_ORDER } from "#domain/billing/credit/credit-order.ts";
import { lapseCredits } from "#domain/billing/ledger/lapse-credits.ts";
import { walkMinute } from "./walk-minute.ts";

/** Minutes [from, to) of one UTC day, for a shard; `organizations` null means all of them. */
export interface Window {
  shard: number;
  from: number;
  to: number;
  organizations: string[] | null;
  /** Whether some credit of the shard reaches its expiry in this tick. */
  lapsing: boolean;
}

/**
 * Charges a window (BIL-2, BIL-3). Every Organization whose sources stay the same throughout is charged in one step, all
 * in one statement; the others by halves, down to the minute in which a credit starts, expires or runs out. That gives
 * what walking minute by minute gives, for a step's source is the one each of its minutes would have found.
 */
export async function chargeWindow(tx: Tx, window: Window): Promise<void> {
  const { from, to } = window;
  const unsteady = await chargeSteady(tx, window);
  if (unsteady.length > 0 && to - from === 1)
    await walkMinute(tx, { ...window, organizations: unsteady });
  if (unsteady.length > 0 && to - from > 1) {
    const middle = from + Math.floor((to - from) / 2);
    await chargeWindow(tx, { ...window, organizations: unsteady, to: middle });
    await chargeWindow(tx, { ...window, organizations: unsteady, from: middle });
  }
  if (window.lapsing) await lapseCredits(tx, window);
}

// $1 shard, $2 from, $3 to, $4 now, $5 organizations. A credit reaches into the window when it may pay some minute of it;
// it is steady when it may pay all of them, and is not asked for more than it has. One row for each Organization that
// is left to the caller.
const chargeSteadyOf = (organizations: string) => `
  with runs as (
    select organization_id, workspace_id, service, kind,
      run_cost(price_per_hour, least($3, tick_until) - first_minute)
        - run_cost(price_per_hour, greatest($2, tick_from) - first_minute) as cost,
      run_cost(price_usd_per_hour, least($3, tick_until) - first_minute)
        - run_cost(price_usd_per_hour, greatest($2, tick_from) - first_minute) as usd
    from usage_runs
    where shard = $1 and tick_until > $2 and tick_from < $3 ${organizations}
  ), charges as materialized (
    select organization_id, workspace_id, service, kind, sum(cost)::bigint as cost, sum(usd)::bigint as usd
    from runs group by organization_id, workspace_id, service, kind
  ), needs as materialized (
    select organization_id, service, sum(cost)::bigint as cost
    from charges group by organization_id, service having sum(cost) > 0
  ), reaching as materialized (
    select * from credits
    where shard = $1 and spendable and from_minute < $3 and until_minute > $2 ${organizations}
  ), sources as materialized (
    select distinct on (n.organization_id, n.service) n.organization_id, n.service, n.cost,
      c.id as credit_id, c.remaining,
      case c.kind when 'plan' then 'plans' when 'voucher' then 'vouchers' else 'topUp' end as line
    from needs n
    left join reaching c on c.organization_id = n.organization_id
      and (c.services is null or n.service = any (c.services))
    order by n.organization_id, n.service, ${CREDIT_ORDER}
  ), spent as materialized (
    select organization_id, line, credit_id, remaining, sum(cost)::bigint as amount
    from sources group by organization_id, line, credit_id, remaining
  ), unsteady as materialized (
    select organization_id from spent where amount > remaining
    union
    select organization_id from reaching
    where (from_minute > $2 or until_minute < $3) and organization_id in (select organization_id from needs)
  ), lines as (
    select organization_id,
      coalesce(sum(amount) filter (where line = 'plans'), 0)::bigint as plans,
      coalesce(sum(amount) filter (where line = 'vouchers'), 0)::bigint as vouchers,
      coalesce(sum(amount) filter (where line = 'topUp'), 0)::bigint as top_up
    from spent where organization_id not in (select organization_id from unsteady) group by organization_id
  ), moved as (
    update wallets w set plans = w.plans - l.plans, vouchers = w.vouchers - l.vouchers, top_up = w.top_up - l.top_up,
      last_entry = last_entry + 1, last_entry_at = greatest(last_entry_at, $4)
    from lines l where w.organization_id = l.organization_id
    returning w.organization_id, w.last_entry_at as at, w.last_entry as seq, w.currency, w.plans, w.vouchers, w.top_up
  ), entries as (
    insert into ledger_entries (organization_id, at, seq, kind, from_minute, to_minute, currency,
      plans_after, vouchers_after, top_up_after)
    select organization_id, at, seq, 'charge', $2, $3, currency, plans, vouchers, top_up from moved
  ), postings as (
    insert into ledger_postings (organization_id, at, seq, account, currency, workspace_id, service, kind, credit_id, amount)
    select m.organization_id, m.at, m.seq, 'charges', m.currency, c.workspace_id, c.service, c.kind, s.credit_id, c.cost
    from moved m
    join charges c on c.organization_id = m.organization_id and c.cost > 0
    join sources s on s.organization_id = m.organization_id and s.service = c.service
    union all
    select m.organization_id, m.at, m.seq, s.line, m.currency, null, null, null, s.credit_id, -s.amount
    from moved m join spent s on s.organization_id = m.organization_id
  ), drawn as (
    update credits c set remaining = c.remaining - s.amount
    from spent s
    where c.id = s.credit_id and s.organization_id not in (select organization_id from unsteady)
  ), spending as materialized (
    select organization_id, workspace_id, sum(usd)::bigint as usd
    from charges where usd > 0 and organization_id not in (select organization_id from unsteady)
    group by organization_id, workspace_id
  ), counted as (
    update quota_counters q set spent_usd_micros = q.spent_usd_micros + s.usd
    from spending s
    where q.workspace_id = s.workspace_id and q.day = minute_day($2)
      and q.workspace_id = any (array(select workspace_id from spending))
    returning q.workspace_id
  ), opened as (
    insert into quota_counters (organization_id, workspace_id, day, spent_usd_micros)
    select organization_id, workspace_id, minute_day($2), usd
    from spending where workspace_id not in (select workspace_id from counted)
  )
  select organization_id from unsteady`;

const CHARGE_ALL = chargeSteadyOf("");

// Small and asked often: prepared, for to plan it costs more than to run it. The other one gains by its own figures.
const CHARGE_SOME = {
  name: "charge-some",
  text: chargeSteadyOf("and organization_id = any ($5::uuid[])"),
};

async function chargeSteady(tx: Tx, { shard, from, to, organizations }: Window): Promise<string[]> {
  const values = [shard, from, to, tx.now];
  const { rows } = await tx.client.query<{ organization_id: string }>(
    organizations === null
      ? { text: CHARGE_ALL, values }
      : { ...CHARGE_SOME, values: [...values, organizations] },
  );
  return rows.map((row) => row.organization_id);
}
