import type { Service } from "@aifactory/sdk/policy";
import type { Tx } from "#db/tenant.ts";
import {
  originalOf,
  withOriginal,
  type Original,
  type OriginalRow,
} from "#domain/billing/credit/original.ts";
import type { CreditKind } from "#domain/billing/credit/grant-credit.ts";
import type { HistoryFilter } from "./history-filter.ts";
import type { EntryRow } from "./list-credit-history.ts";
import type { Currency } from "#domain/billing/units/money.ts";
import type { RunKind } from "#domain/billing/runs/usage-run.ts";

/** What one source paid for a Workspace, Service and kind; negative when it was given back. Micro-units. */
export interface EntryLine {
  workspaceId: string;
  service: Service;
  kind: RunKind;
  source: CreditKind;
  /** Null for top-up. */
  creditId: string | null;
  voucherId: string | null;
  /** Of the credit: what it may pay for, until when, and what it was granted as. */
  services: Service[] | null;
  expiresAt: Date | null;
  original: Original | null;
  amount: bigint;
}

/** Both sides of an entry, read for people. */
export interface EntrySides {
  /** What the Wallet's lines gained together. */
  moved: bigint;
  /** Of a conversion: what they held before, in the former currency. */
  former: { amount: bigint; currency: Currency } | null;
  charged: EntryLine[];
}

type PostingRow = Omit<EntryLine, "original"> &
  OriginalRow & { seq: bigint; account: string; currency: Currency };

/** For each entry what its charges were paid from, as far as it matches, and what the Wallet's lines gained together. */
export async function linesOfEntries(
  tx: Tx,
  organizationId: string,
  entries: EntryRow[],
  filter: HistoryFilter,
): Promise<Map<bigint, EntrySides>> {
  const { rows } = await tx.client.query<PostingRow>(
    `select p.seq, p.account, p.workspace_id as "workspaceId", p.service, p.kind, p.amount, p.currency,
       p.credit_id as "creditId", coalesce(c.kind, 'topUp') as source, c.voucher_id as "voucherId", c.services,
       c.expires_at as "expiresAt", ${originalOf("c")} as original
     from ledger_postings p
     left join credits c on c.id = p.credit_id
     where p.organization_id = $1 and p.at between $2 and $3 and p.seq = any ($4)
     order by p.seq, p.account, p.workspace_id, p.service, p.kind, c.kind, c.granted_at, c.id`,
    [organizationId, entries.at(-1)!.at, entries[0]!.at, entries.map((entry) => entry.seq)],
  );
  const bySeq = Map.groupBy(rows, (row) => row.seq);
  return new Map(
    entries.map((entry) => [entry.seq, sidesOf(entry, bySeq.get(entry.seq) ?? [], filter)]),
  );
}

const LINES = new Set(["plans", "vouchers", "topUp"]);

function sidesOf(entry: EntryRow, postings: PostingRow[], filter: HistoryFilter): EntrySides {
  const lines = postings.filter(({ account }) => LINES.has(account));
  const former = lines.filter(({ currency }) => currency !== entry.currency);
  return {
    moved: sum(lines.filter(({ currency }) => currency === entry.currency)),
    former: former[0] ? { amount: -sum(former), currency: former[0].currency } : null,
    charged: postings
      .filter(({ account }) => account === "charges")
      .map(withOriginal)
      .filter((line) => matches(line, filter)),
  };
}

function matches(line: EntryLine, { workspaceId, service, source, voucherId }: HistoryFilter) {
  return (
    (workspaceId ?? line.workspaceId) === line.workspaceId &&
    (service ?? line.service) === line.service &&
    (source ?? line.source) === line.source &&
    (voucherId ?? line.voucherId) === line.voucherId
  );
}

function sum(postings: { amount: bigint }[]): bigint {
  return postings.reduce((total, { amount }) => total + amount, 0n);
}
