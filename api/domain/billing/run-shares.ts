import type { Tx } from "#db/tenant.ts";
import type { Booked } from "./book.ts";

/** What one source paid for minutes [fromMinute, toMinute) of a run; negative when it was given back. */
export interface RunShare {
  runId: string;
  fromMinute: number;
  toMinute: number;
  creditId: string | null;
  amount: bigint;
}

/** Writes shares down that the runs and postings alone could not tell. */
export async function insertShares(
  tx: Tx,
  organizationId: string,
  booked: Booked,
  shares: RunShare[],
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

// $1 organization, $2 from, $3 to, $4 run or null. Regular charges: successive steps of a day in which a Service has one
// and the same source are one span, and a run's share of it is F(hi) − F(lo). A minute in which a Service changed its
// source, and corrections, were written down.
const READ_SHARES = `
  with steps as (
    select p.service, greatest(e.from_minute, $2) as lo, least(e.to_minute, $3) as hi,
      count(distinct coalesce(p.credit_id::text, '')) > 1 as split, min(p.credit_id::text)::uuid as credit_id
    from ledger_entries e
    join ledger_postings p using (organization_id, at, seq)
    where e.organization_id = $1 and e.kind = 'charge' and p.account = 'charges'
      and e.at >= minute_start($2) and p.at >= minute_start($2) and e.to_minute > $2 and e.from_minute < $3
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
  ), shares as (
    select r.id as run_id, greatest(s.lo, r.tick_from) as lo, least(s.hi, r.tick_until) as hi, s.credit_id,
      r.price_per_hour, r.first_minute, null::bigint as amount
    from spans s
    join usage_runs r on r.organization_id = $1 and r.service = s.service
      and r.tick_until > s.lo and r.tick_from < s.hi and ($4::uuid is null or r.id = $4)
    union all
    select r.id, greatest(w.from_minute, $2), least(w.to_minute, $3), w.credit_id, r.price_per_hour, r.first_minute,
      case when w.from_minute >= $2 and w.to_minute <= $3 then w.amount
        else sign(w.amount)::bigint * (run_cost(r.price_per_hour, least(w.to_minute, $3) - r.first_minute)
          - run_cost(r.price_per_hour, greatest(w.from_minute, $2) - r.first_minute)) end
    from run_shares w
    join usage_runs r on r.id = w.run_id
    where w.organization_id = $1 and w.to_minute > $2 and w.from_minute < $3 and ($4::uuid is null or w.run_id = $4)
  )
  select run_id as "runId", lo as "fromMinute", hi as "toMinute", credit_id as "creditId",
    coalesce(amount, run_cost(price_per_hour, hi - first_minute) - run_cost(price_per_hour, lo - first_minute)) as amount
  from shares order by run_id, lo`;

/**
 * Who paid what for each run in minutes [from, to), exactly as booked (WAL-6). Shares never cross a UTC day; corrections
 * are rows of their own. Micro-units.
 */
export async function readShares(
  tx: Tx,
  range: { organizationId: string; from: number; to: number; runId?: string },
): Promise<RunShare[]> {
  const { rows } = await tx.client.query<RunShare>(READ_SHARES, [
    range.organizationId,
    range.from,
    range.to,
    range.runId ?? null,
  ]);
  return rows;
}
