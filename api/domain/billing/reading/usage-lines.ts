import type { Service } from "@aifactory/sdk/policy";
import type { Tx } from "#db/tenant.ts";
import {
  originalOf,
  withOriginal,
  type Original,
  type OriginalRow,
} from "#domain/billing/credit/original.ts";
import type { CreditKind } from "#domain/billing/credit/grant-credit.ts";
import { matchesRun, Values, type HistoryFilter } from "./history-filter.ts";
import type { Currency } from "#domain/billing/units/money.ts";
import { SHARES } from "#domain/billing/ledger/run-shares.ts";
import type { RunKind } from "#domain/billing/runs/usage-run.ts";

/** What one source paid for one resource on one UTC day, corrections included (WAL-6); micro-units. */
export interface UsageLine {
  workspaceId: string;
  workspaceName: string;
  service: Service;
  kind: RunKind;
  /** The notebook or container of GPU usage, the volume of storage. */
  subjectId: string;
  subjectName: string;
  products: string[];
  prices: bigint[];
  currency: Currency;
  creditId: string | null;
  source: CreditKind;
  voucherId: string | null;
  services: Service[] | null;
  expiresAt: Date | null;
  original: Original | null;
  fromMinute: number;
  toMinute: number;
  /** Less what was given back; a minute that two sources shared counts for both. */
  minutes: number;
  amount: bigint;
  /** The part of the amount that corrections booked. */
  corrected: bigint;
  /** The latest entry that moved it, and the Wallet's total after that. */
  bookedAt: Date;
  balanceAfter: bigint;
}

/** Where the next page of a day begins. */
export type UsageLineKey = Pick<UsageLine, "subjectId" | "kind" | "creditId" | "currency">;

interface Range {
  organizationId: string;
  /** Minutes [from, to), all of one UTC day. */
  from: number;
  to: number;
  /** The latest entry to be told of. */
  lastEntry: bigint;
  filter: HistoryFilter;
  after: UsageLineKey | null;
  limit: number;
}

// No source's id: it stands for top-up where keys are compared.
const TOP_UP = "00000000-0000-0000-0000-000000000000";

/** A page of the lines of one UTC day, in the order of resource, kind, source and currency. */
export async function usageLines(tx: Tx, range: Range): Promise<UsageLine[]> {
  const { organizationId, from, to, lastEntry, filter, after, limit } = range;
  const values = new Values();
  for (const value of [organizationId, from, to, lastEntry]) values.add(value);
  const source = filter.source && `coalesce(c.kind, 'topUp') = ${values.add(filter.source)}`;
  const voucher = filter.voucherId && `c.voucher_id = ${values.add(filter.voucherId)}`;
  const key = `(r.subject_id, r.kind, coalesce(s.credit_id, '${TOP_UP}'), s.currency)`;
  const { rows } = await tx.client.query<Omit<UsageLine, "original"> & OriginalRow>(
    `with ${SHARES}, sums as (
       select r.workspace_id, r.service, r.kind, r.subject_id, s.currency, s.credit_id,
         array_agg(distinct r.product order by r.product) as products,
         array_agg(distinct r.price_per_hour order by r.price_per_hour) as prices,
         min(s.lo) as lo, max(s.hi) as hi, sum(s.amount)::bigint as amount,
         sum(case when s.amount < 0 then s.lo - s.hi else s.hi - s.lo end)::integer as minutes,
         coalesce(sum(s.amount) filter (where s.corrected_by is not null), 0)::bigint as corrected,
         max(s.corrected_at) as corrected_at, max(s.corrected_by) as corrected_by,
         max(s.hi) filter (where s.corrected_by is null) as charged_until
       from shares s
       join usage_runs r on r.id = s.run_id
       left join credits c on c.id = s.credit_id
       where s.lo < s.hi and ${matchesRun(filter, values)} and ${source ?? "true"} and ${voucher ?? "true"}
         ${after ? `and ${key} > (${keyValues(after, values)})` : ""}
       group by ${key.slice(1, -1)}, r.workspace_id, r.service, s.credit_id
       having bool_or(s.amount <> 0)
       order by ${key.slice(1, -1)} limit ${values.add(limit)}
     )
     select l.workspace_id as "workspaceId", w.name as "workspaceName", l.service, l.kind, l.subject_id as "subjectId",
       coalesce(x.name, v.name, '') as "subjectName", l.products, l.prices, l.currency, l.credit_id as "creditId",
       coalesce(c.kind, 'topUp') as source, c.voucher_id as "voucherId", c.services, c.expires_at as "expiresAt",
       ${originalOf("c")} as original, l.lo as "fromMinute", l.hi as "toMinute", l.minutes, l.amount,
       l.corrected, b.at as "bookedAt", b.plans_after + b.vouchers_after + b.top_up_after as "balanceAfter"
     from sums l
     join workspaces w on w.id = l.workspace_id
     left join resources x on x.id = l.subject_id
     left join volumes v on v.id = l.subject_id
     left join credits c on c.id = l.credit_id
     cross join lateral (
       (select * from ledger_entries
        where organization_id = $1 and kind = 'charge' and at >= minute_start(l.charged_until)
          and to_minute >= l.charged_until
        order by at, seq limit 1)
       union all
       (select * from ledger_entries where organization_id = $1 and at = l.corrected_at and seq = l.corrected_by)
       order by seq desc limit 1
     ) b
     order by l.subject_id, l.kind, coalesce(l.credit_id, '${TOP_UP}'), l.currency`,
    values.list,
  );
  return rows.map((row) => ({ ...withOriginal(row), prices: row.prices.map(BigInt) }));
}

function keyValues({ subjectId, kind, creditId, currency }: UsageLineKey, values: Values): string {
  return [subjectId, kind, creditId ?? TOP_UP, currency]
    .map((value) => values.add(value))
    .join(", ");
}
