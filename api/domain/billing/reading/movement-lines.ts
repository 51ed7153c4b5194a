import type { Tx } from "#db/tenant.ts";
import {
  originalOf,
  withOriginal,
  type Original,
  type OriginalRow,
} from "#domain/billing/credit/original.ts";
import type { EntryKind } from "#domain/billing/ledger/book.ts";
import type { CreditKind } from "#domain/billing/credit/grant-credit.ts";
import { asksForUsage, matchesPosting, Values, type HistoryFilter } from "./history-filter.ts";
import type { EntryKey } from "./list-credit-history.ts";
import type { Currency } from "#domain/billing/units/money.ts";

/** What came or went other than by usage; the amount is what the Wallet gained, in micro-units. */
export interface MovementLine extends EntryKey {
  kind: Exclude<EntryKind, "charge">;
  source: CreditKind;
  creditId: string | null;
  voucherId: string | null;
  currency: Currency;
  amount: bigint;
  /** What was granted in another currency, and the rate used (WAL-4). */
  original: Original | null;
  balanceAfter: bigint;
}

interface Range {
  organizationId: string;
  from: Date;
  to: Date;
  lastEntry: bigint;
  filter: HistoryFilter;
}

/**
 * Grants, expiries and conversions booked in [from, to), and what corrections took from credit that had expired before;
 * one line for each source and currency, oldest first. Together with the usage lines they add up to the Wallet.
 */
export async function movementLines(tx: Tx, range: Range): Promise<MovementLine[]> {
  if (asksForUsage(range.filter)) return [];
  const values = new Values();
  for (const value of [range.organizationId, range.from, range.to, range.lastEntry])
    values.add(value);
  const { rows } = await tx.client.query<Omit<MovementLine, "original"> & OriginalRow>(
    `select e.at, e.seq, e.kind, p.currency, -sum(p.amount)::bigint as amount, p.credit_id as "creditId",
       coalesce(k.kind, 'topUp') as source, k.voucher_id as "voucherId",
       ${originalOf("k")} as original,
       e.plans_after + e.vouchers_after + e.top_up_after as "balanceAfter"
     from ledger_postings p
     join ledger_entries e using (organization_id, at, seq)
     left join credits k on k.id = p.credit_id
     where p.organization_id = $1 and p.at >= $2 and p.at < $3 and p.seq <= $4 and p.account <> 'charges'
       and ${matchesPosting(range.filter, values)}
     group by e.at, e.seq, e.kind, p.currency, p.credit_id, k.id, e.plans_after, e.vouchers_after, e.top_up_after
     having sum(p.amount) <> 0
     order by e.at, e.seq, p.credit_id nulls last, p.currency`,
    values.list,
  );
  return rows.map(withOriginal);
}
