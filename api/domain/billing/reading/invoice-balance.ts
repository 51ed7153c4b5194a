import type { Tx } from "#db/tenant.ts";
import { firstChargeAt } from "#domain/billing/ledger/first-charge.ts";
import type { Currency } from "#domain/billing/units/money.ts";

/** The Wallet's lines at a moment, in micro-units. */
export interface LineBalances {
  currency: Currency;
  plans: bigint;
  vouchers: bigint;
  topUp: bigint;
}

// $1 organization, $2 minute. The latest entry before the moment, and what charged earlier minutes after it: the last
// minutes are charged when they are over, and an outage's all later.
const BALANCE = `
  with latest as (
    select * from ledger_entries where organization_id = $1 and at < minute_start($2) order by at desc, seq desc limit 1
  ), next as materialized (select ${firstChargeAt("$2")} as at), later as (
    select p.account, sum(p.amount) as amount
    from ledger_entries e join ledger_postings p using (organization_id, at, seq)
    where organization_id = $1 and e.kind = 'charge' and at >= minute_start($2) and at <= (select at from next)
      and e.from_minute < $2
    group by p.account
  )
  select coalesce(l.currency, (
      select currency from ledger_entries where organization_id = $1 order by at, seq limit 1), w.currency) as currency,
    (coalesce(l.plans_after, 0) + coalesce((select amount from later where account = 'plans'), 0))::bigint as plans,
    (coalesce(l.vouchers_after, 0) + coalesce((select amount from later where account = 'vouchers'), 0))::bigint as vouchers,
    (coalesce(l.top_up_after, 0) + coalesce((select amount from later where account = 'topUp'), 0))::bigint as "topUp"
  from wallets w left join latest l on true where w.organization_id = $1`;

/** The Wallet when everything before a minute was charged and booked, and nothing after. */
export async function balanceBefore(
  tx: Tx,
  organizationId: string,
  minute: number,
): Promise<LineBalances> {
  const { rows } = await tx.client.query<LineBalances>(BALANCE, [organizationId, minute]);
  return rows[0]!;
}
