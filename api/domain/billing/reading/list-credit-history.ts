import type { Tx } from "#db/tenant.ts";
import type { EntryKind } from "#domain/billing/ledger/book.ts";
import { creditsOfEntries, type EntryCredit } from "./credits-of-entries.ts";
import { matchesPosting, matchesRun, Values, type HistoryFilter } from "./history-filter.ts";
import { linesOfEntries, type EntryLine, type EntrySides } from "./lines-of-entries.ts";
import { minuteStart } from "#domain/billing/units/minute.ts";
import type { Currency } from "#domain/billing/units/money.ts";
import { usesOfEntries, type EntryUse } from "./uses-of-entries.ts";

/** One movement of credit, explained; amounts in micro-units. */
export interface CreditEntry {
  id: string;
  at: Date;
  /** Counts the entries of the Wallet without gaps. */
  seq: bigint;
  kind: EntryKind;
  currency: Currency;
  /** What the Wallet gained, negative when it lost. */
  amount: bigint;
  balanceAfter: { plans: bigint; vouchers: bigint; topUp: bigint };
  /** The charged minutes [from, to); null where none were. */
  minutes: { from: Date; to: Date } | null;
  /** Charges and corrections: who paid, for what. */
  lines: EntryLine[];
  /** Charges and corrections: what ran, how long, at which price; the first of them where there are many. */
  uses: EntryUse[];
  moreUses: boolean;
  /** Conversions: what the Wallet held before, in the former currency. */
  former: { amount: bigint; currency: Currency } | null;
  /** Grants and expiries: the credit. */
  credit: EntryCredit | null;
}

export interface EntryRow {
  id: string;
  at: Date;
  seq: bigint;
  kind: EntryKind;
  from_minute: number | null;
  to_minute: number | null;
  reference: string | null;
  currency: Currency;
  plans_after: bigint;
  vouchers_after: bigint;
  top_up_after: bigint;
}

/** The entries after which a page begins: those before this one. */
export interface EntryKey {
  at: Date;
  seq: bigint;
}

/** The resources of an entry that are told; a large Organization's tick has thousands. */
const MAX_USES = 100;

export interface HistoryQuery {
  organizationId: string;
  limit: number;
  before?: EntryKey | null;
  kind?: EntryKind | undefined;
  filter?: HistoryFilter;
}

/**
 * Entries of the credit history, newest first, each explained by its postings and runs (WAL-6). A filter keeps whole
 * entries; of their lines and uses it shows what matches.
 */
export async function listCreditHistory(tx: Tx, query: HistoryQuery): Promise<CreditEntry[]> {
  const { organizationId, filter = {} } = query;
  const rows = await entriesOf(tx, query);
  if (rows.length === 0) return [];
  const lines = await linesOfEntries(tx, organizationId, rows, filter);
  const uses = await usesOfEntries(tx, organizationId, rows, filter, MAX_USES + 1);
  const credits = await creditsOfEntries(tx, rows);
  return rows.map((row) =>
    present(row, lines.get(row.seq), uses.get(row.seq) ?? [], credits.get(row.reference)),
  );
}

async function entriesOf(tx: Tx, query: HistoryQuery): Promise<EntryRow[]> {
  const { organizationId, limit, before, kind, filter = {} } = query;
  const values = new Values();
  const conditions = [`e.organization_id = ${values.add(organizationId)}`];
  if (before)
    conditions.push(`(e.at, e.seq) < (${values.add(before.at)}, ${values.add(before.seq)})`);
  if (filter.from) conditions.push(`e.at >= ${values.add(filter.from)}`);
  if (filter.to) conditions.push(`e.at < ${values.add(filter.to)}`);
  if (kind) conditions.push(`e.kind = ${values.add(kind)}`);
  if (asksForPostings(filter)) {
    conditions.push(`exists (select from ledger_postings p where p.organization_id = e.organization_id
      and p.at = e.at and p.seq = e.seq and ${matchesPosting(filter, values)})`);
  }
  if (filter.resourceId !== undefined) {
    conditions.push(`exists (select from usage_runs r where ${matchesRun(filter, values)} and case e.kind
      when 'charge' then r.tick_until > e.from_minute and r.tick_from < e.to_minute
      when 'correction' then r.id = e.reference end)`);
  }
  const { rows } = await tx.client.query<EntryRow>(
    `select e.* from ledger_entries e where ${conditions.join(" and ")}
     order by e.at desc, e.seq desc limit ${values.add(limit)}`,
    values.list,
  );
  return rows;
}

function asksForPostings({ source, voucherId, workspaceId, service }: HistoryFilter): boolean {
  return (source ?? voucherId ?? workspaceId ?? service) !== undefined;
}

function present(
  row: EntryRow,
  lines: EntrySides | undefined,
  uses: EntryUse[],
  credit: EntryCredit | undefined,
): CreditEntry {
  return {
    id: row.id,
    at: row.at,
    seq: row.seq,
    kind: row.kind,
    currency: row.currency,
    amount: lines?.moved ?? 0n,
    balanceAfter: { plans: row.plans_after, vouchers: row.vouchers_after, topUp: row.top_up_after },
    minutes:
      row.from_minute === null || row.kind === "expiry"
        ? null
        : { from: minuteStart(row.from_minute), to: minuteStart(row.to_minute!) },
    lines: lines?.charged ?? [],
    former: lines?.former ?? null,
    uses: uses.slice(0, MAX_USES),
    moreUses: uses.length > MAX_USES,
    credit: credit ?? null,
  };
}
