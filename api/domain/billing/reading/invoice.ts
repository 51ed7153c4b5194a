import type { Service } from "@aifactory/sdk/policy";
import type { Tx } from "#db/tenant.ts";
import { firstChargeAt } from "#domain/billing/ledger/first-charge.ts";
import type { EntryKind, Line, Posting } from "#domain/billing/ledger/book.ts";
import { balanceBefore, type LineBalances } from "./invoice-balance.ts";
import { minuteStart } from "#domain/billing/units/minute.ts";
import type { Currency } from "#domain/billing/units/money.ts";
import { movementLines, type MovementLine } from "./movement-lines.ts";
import { EVERY_ENTRY } from "#domain/billing/ledger/run-shares.ts";
import type { RunKind } from "#domain/billing/runs/usage-run.ts";

/** What a Workspace was charged for a Service and kind, or given back; micro-units. */
export interface InvoiceCharge {
  workspaceId: string;
  workspaceName: string;
  service: Service;
  kind: RunKind;
  currency: Currency;
  /** Of corrections: the month of the minutes, which may be an earlier one. */
  month: string | null;
  amount: bigint;
}

/** How a line of the Wallet moved, by kind of entry. */
export interface LineMovement {
  line: Line;
  currency: Currency;
  kind: EntryKind;
  amount: bigint;
}

export interface Invoice {
  opening: LineBalances;
  closing: LineBalances;
  /** The charged minutes of the month. */
  charges: InvoiceCharge[];
  /** What was booked in the month for minutes charged wrongly before. */
  corrections: InvoiceCharge[];
  /** What came and went otherwise. */
  movements: MovementLine[];
  lines: LineMovement[];
  /** Every minute before this one is charged. */
  chargedUntil: Date;
}

interface Sum extends Partial<InvoiceCharge> {
  entry: EntryKind;
  account: Posting["account"];
  currency: Currency;
  amount: bigint;
}

// $1 organization, $2 first minute, $3 the minute after the last. A charge belongs to the month of its minutes, which its
// step never leaves; everything else to the month it was booked in.
const SUMS = `
  with last as materialized (select ${firstChargeAt("$3")} as at)
  select e.kind as entry, p.account, p.currency, p.workspace_id as "workspaceId", w.name as "workspaceName", p.service,
    p.kind, case e.kind when 'correction' then
      to_char(minute_start(e.from_minute) at time zone 'UTC', 'YYYY-MM') end as month, sum(p.amount)::bigint as amount
  from ledger_entries e
  join ledger_postings p using (organization_id, at, seq)
  left join workspaces w on w.id = p.workspace_id
  where e.organization_id = $1 and e.at >= minute_start($2) and e.at <= (select at from last)
    and case e.kind when 'charge' then e.from_minute >= $2 and e.from_minute < $3 else e.at < minute_start($3) end
  group by e.kind, p.account, p.currency, p.workspace_id, w.name, p.service, p.kind, month
  having sum(p.amount) <> 0
  order by p.workspace_id, p.service, p.kind, month, p.account, p.currency`;

const LINES = new Set(["plans", "vouchers", "topUp"]);

/**
 * What a Wallet was charged, granted and left with in the minutes [from, to), exactly as booked: opening balance and
 * movements are the closing balance, and the opening balance of the next month.
 */
export async function readInvoice(
  tx: Tx,
  { organizationId, from, to }: { organizationId: string; from: number; to: number },
): Promise<Invoice> {
  const { rows } = await tx.client.query<Sum>(SUMS, [organizationId, from, to]);
  const charged = (entry: EntryKind) =>
    rows.filter((row) => row.account === "charges" && row.entry === entry) as InvoiceCharge[];
  const range = { from: minuteStart(from), to: minuteStart(to), lastEntry: EVERY_ENTRY };
  return {
    opening: await balanceBefore(tx, organizationId, from),
    closing: await balanceBefore(tx, organizationId, to),
    charges: charged("charge"),
    corrections: charged("correction"),
    movements: await movementLines(tx, { organizationId, ...range, filter: {} }),
    lines: lineMovements(rows),
    chargedUntil: await chargedUntil(tx, organizationId),
  };
}

function lineMovements(rows: Sum[]): LineMovement[] {
  const moved = new Map<string, LineMovement>();
  for (const { account, currency, entry: kind, amount } of rows) {
    if (!LINES.has(account)) continue;
    const key = `${account} ${currency} ${kind}`;
    const known = moved.get(key)?.amount ?? 0n;
    moved.set(key, { line: account as Line, currency, kind, amount: known + amount });
  }
  return [...moved.values()];
}

async function chargedUntil(tx: Tx, organizationId: string): Promise<Date> {
  const { rows } = await tx.client.query<{ cursor: number }>(
    `select cursor_minute as cursor from wallets join shard_cursors using (shard) where organization_id = $1`,
    [organizationId],
  );
  return minuteStart(rows[0]!.cursor);
}
