import type { Service } from "@aifactory/sdk/policy";
import type { Tx } from "#db/tenant.ts";
import type { Currency } from "#domain/billing/units/money.ts";
import type { RunKind } from "#domain/billing/runs/usage-run.ts";

/** The Wallet's lines. */
export type Line = "plans" | "vouchers" | "topUp";
export type EntryKind = "charge" | "correction" | "grant" | "expiry" | "conversion";

/** One side of a movement. Amounts of an entry sum to zero; what a Wallet's line gains is positive. */
export interface Posting {
  account: Line | "charges" | "grants" | "expired" | "conversion";
  currency: Currency;
  amount: bigint;
  /** The source: null is top-up. */
  creditId: string | null;
  /** Account `charges` only. */
  workspaceId?: string;
  service?: Service;
  kind?: RunKind;
}

export interface Entry {
  organizationId: string;
  kind: EntryKind;
  /** Charged minutes [fromMinute, toMinute). */
  fromMinute?: number;
  toMinute?: number;
  /** The credit of a grant or expiry, the usage run of a correction. */
  reference?: string;
  postings: Posting[];
}

/** Where a booked entry stands: the key of its shares. */
export interface Booked {
  at: Date;
  seq: bigint;
}

// The Wallet's lines move by exactly what the postings say, in the statement that adds them (WAL-6).
const BOOK = `
  with given as (
    select * from unnest($2::text[], $3::text[], $4::bigint[], $5::uuid[], $6::uuid[], $7::text[], $8::text[])
      as g(account, currency, amount, credit_id, workspace_id, service, kind)
  ), moved as (
    select coalesce(sum(amount) filter (where account = 'plans'), 0)::bigint as plans,
      coalesce(sum(amount) filter (where account = 'vouchers'), 0)::bigint as vouchers,
      coalesce(sum(amount) filter (where account = 'topUp'), 0)::bigint as top_up
    from given
  ), wallet as (
    update wallets w set plans = w.plans + m.plans, vouchers = w.vouchers + m.vouchers, top_up = w.top_up + m.top_up,
      last_entry = last_entry + 1, last_entry_at = greatest(last_entry_at, $9)
    from moved m where w.organization_id = $1
    returning w.organization_id, w.last_entry_at as at, w.last_entry as seq, w.currency, w.plans, w.vouchers, w.top_up
  ), posted as (
    insert into ledger_postings (organization_id, at, seq, account, currency, workspace_id, service, kind, credit_id, amount)
    select w.organization_id, w.at, w.seq, g.account, g.currency, g.workspace_id, g.service, g.kind, g.credit_id, g.amount
    from wallet w, given g
  )
  insert into ledger_entries (organization_id, at, seq, kind, from_minute, to_minute, reference, currency,
    plans_after, vouchers_after, top_up_after)
  select organization_id, at, seq, $10, $11::integer, $12::integer, $13::uuid, currency, plans, vouchers, top_up
  from wallet returning at, seq`;

/** Adds one entry to the ledger and moves the Wallet with it. The caller holds the Wallet's lock. */
export async function book(tx: Tx, entry: Entry): Promise<Booked> {
  const column = <T>(of: (posting: Posting) => T) => entry.postings.map(of);
  const { rows } = await tx.client.query<Booked>(BOOK, [
    entry.organizationId,
    column((p) => p.account),
    column((p) => p.currency),
    column((p) => p.amount),
    column((p) => p.creditId),
    column((p) => p.workspaceId ?? null),
    column((p) => p.service ?? null),
    column((p) => p.kind ?? null),
    tx.now,
    entry.kind,
    entry.fromMinute ?? null,
    entry.toMinute ?? null,
    entry.reference ?? null,
  ]);
  return rows[0]!;
}
