import type { Tx } from "#db/tenant.ts";
import type { Booked } from "./book.ts";
import { firstChargeAt } from "./first-charge.ts";
import type { Currency } from "#domain/billing/units/money.ts";

/** What one source paid for minutes [fromMinute, toMinute) of a run; negative when it was given back. */
export interface RunShare {
  runId: string;
  fromMinute: number;
  toMinute: number;
  creditId: string | null;
  /** The run's own, but for corrections after the Wallet's became another one (WAL-4). */
  currency: Currency;
  amount: bigint;
}

/** Writes shares down that the runs and postings alone could not tell; they are in the currency of their entry. */
export async function insertShares(
  tx: Tx,
  organizationId: string,
  booked: Booked,
  shares: Omit<RunShare, "currency">[],
): Promise<void> {
  if (shares.length === 0) return;
  await tx.client.query(
    `insert into run_shares (organization_id, at, seq, run_id, from_minute, to_minute, credit_id, amount)
     select $1, $2, $3, s.* from unnest($4::uuid[], $5::integer[], $6::integer[], $7::uuid[], $8::bigint[]) as s`,
    [
      organizationId,
      booked.at,
      booked.seq,
      shares.map((share) => share.runId),
      shares.map((share) => share.fromMinute),
      shares.map((share) => share.toMinute),
      shares.map((share) => share.creditId),
      shares.map((share) => share.amount),
    ],
  );
}

/**
 * SQL of `shares`: who paid what for each run in minutes [$2, $3) of Organization $1, by entries up to number $4. Regular
 * charges: successive steps of a day in which a Service has one and the same source are one span, and a run's share of it
 * is F(hi) − F(lo). A minute in which a Service changed its source, and corrections, were written down.
 */
export const SHARES = `
  last as materialized (select ${firstChargeAt("$3")} as at), steps as (
    select p.service, greatest(e.from_minute, $2) as lo, least(e.to_minute, $3) as hi,
      count(distinct coalesce(p.credit_id::text, '')) > 1 as split, min(p.credit_id::text)::uuid as credit_id
    from ledger_entries e
    join ledger_postings p using (organization_id, at, seq)
    where e.organization_id = $1 and e.kind = 'charge' and p.account = 'charges' and e.seq <= $4
      and e.at >= minute_start($2) and p.at >= minute_start($2) and e.to_minute > $2 and e.from_minute < $3
      and e.at <= (select at from last) and p.at <= (select at from last)
    group by e.at, e.seq, e.from_minute, e.to_minute, p.service
  ), marked as (
    select *, split or coalesce(lag(split) over w, true) or lag(credit_id) over w is distinct from credit_id
      or minute_day(lag(lo) over w) <> minute_day(lo) as begins
    from steps window w as (partition by service order by lo)
  ), numbered as (
    select *, count(*) filter (where begins) over (partition by service order by lo) as span from marked
  ), spans as (
    select service, credit_id, min(lo) as lo, max(hi) as hi
    from numbered where not split group by service, credit_id, span
  ), owed as (
    select r.id as run_id, greatest(s.lo, r.tick_from) as lo, least(s.hi, r.tick_until) as hi, s.credit_id,
      r.currency, 1 as rate, 1 as sign, r.price_per_hour, r.first_minute, null::bigint as amount,
      null::timestamptz as corrected_at, null::bigint as corrected_by
    from spans s
    join usage_runs r on r.organization_id = $1 and r.service = s.service
      and r.tick_until > s.lo and r.tick_from < s.hi
    union all
    select r.id, greatest(w.from_minute, $2), least(w.to_minute, $3), w.credit_id,
      e.currency, case when e.currency = r.currency then 1 else f.rate end, sign(w.amount), r.price_per_hour,
      r.first_minute, case when w.from_minute >= $2 and w.to_minute <= $3 then w.amount end,
      case when e.kind = 'correction' then e.at end, case when e.kind = 'correction' then e.seq end
    from run_shares w
    join usage_runs r on r.id = w.run_id
    join ledger_entries e on e.organization_id = w.organization_id and e.at = w.at and e.seq = w.seq
    left join currency_fixings f on f.organization_id = w.organization_id
    where w.organization_id = $1 and w.to_minute > $2 and w.from_minute < $3 and w.seq <= $4
      and w.at >= minute_start($2)
  ), shares as (
    select run_id, lo, hi, credit_id, currency, corrected_at, corrected_by, coalesce(amount, sign::bigint * (
      converted(run_cost(price_per_hour, hi - first_minute), rate)
        - converted(run_cost(price_per_hour, lo - first_minute), rate))) as amount
    from owed
  )`;

/** Later than any entry there is. */
export const EVERY_ENTRY = 9_223_372_036_854_775_807n;

/**
 * Who paid what for each run in minutes [from, to), exactly as booked (WAL-6). Shares never cross a UTC day; corrections
 * are rows of their own. Micro-units.
 */
export async function readShares(
  tx: Tx,
  range: { organizationId: string; from: number; to: number; runId?: string },
): Promise<RunShare[]> {
  const { rows } = await tx.client.query<RunShare>(
    `with ${SHARES}
     select run_id as "runId", lo as "fromMinute", hi as "toMinute", credit_id as "creditId",
       currency, amount
     from shares where $5::uuid is null or run_id = $5 order by run_id, lo`,
    [range.organizationId, range.from, range.to, EVERY_ENTRY, range.runId ?? null],
  );
  return rows;
}
