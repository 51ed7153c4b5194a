import type { Tx } from "#db/tenant.ts";
import type { EntryKind } from "./book.ts";
import { creditsOfEntries, type EntryCredit } from "./credits-of-entries.ts";
import { linesOfEntries, type EntryLine } from "./lines-of-entries.ts";
import { minuteStart } from "./minute.ts";
import type { Currency } from "./money.ts";
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
  /** Charges and corrections: what ran, how long, at which price. */
  uses: EntryUse[];
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

/** Entries of the credit history, newest first, each explained by its postings and runs (WAL-6). */
export async function listCreditHistory(
  tx: Tx,
  query: { organizationId: string; limit: number; before?: EntryKey | null },
): Promise<CreditEntry[]> {
  const { organizationId, limit, before } = query;
  const { rows } = await tx.client.query<EntryRow>(
    `select * from ledger_entries
     where organization_id = $1 and ($2::timestamptz is null or (at, seq) < ($2, $3::bigint))
     order by at desc, seq desc limit $4`,
    [organizationId, before?.at ?? null, before?.seq ?? null, limit],
  );
  if (rows.length === 0) return [];
  const lines = await linesOfEntries(tx, organizationId, rows);
  const uses = await usesOfEntries(tx, organizationId, rows);
  const credits = await creditsOfEntries(tx, rows);
  return rows.map((row) =>
    present(row, lines.get(row.seq), uses.get(row.seq) ?? [], credits.get(row.reference)),
  );
}

function present(
  row: EntryRow,
  lines: { moved: bigint; charged: EntryLine[] } | undefined,
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
    uses,
    credit: credit ?? null,
  };
}
