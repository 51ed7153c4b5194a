import type { Service } from "@aifactory/sdk/policy";
import type { Tx } from "#db/tenant.ts";
import type { CreditKind } from "./grant-credit.ts";
import type { EntryRow } from "./list-credit-history.ts";
import type { RunKind } from "./usage-run.ts";

/** What one source paid for a Workspace, Service and kind; negative when it was given back. Micro-units. */
export interface EntryLine {
  workspaceId: string;
  service: Service;
  kind: RunKind;
  source: CreditKind;
  /** Null for top-up. */
  creditId: string | null;
  voucherId: string | null;
  amount: bigint;
}

type PostingRow = Partial<EntryLine> & { seq: bigint; account: string; amount: bigint };

/** For each entry what its charges were paid from, and what the Wallet's lines gained together. */
export async function linesOfEntries(
  tx: Tx,
  organizationId: string,
  entries: EntryRow[],
): Promise<Map<bigint, { moved: bigint; charged: EntryLine[] }>> {
  const { rows } = await tx.client.query<PostingRow>(
    `select p.seq, p.account, p.workspace_id as "workspaceId", p.service, p.kind, p.amount, p.credit_id as "creditId",
       coalesce(c.kind, 'topUp') as source, c.voucher_id as "voucherId"
     from ledger_postings p
     join ledger_entries e using (organization_id, at, seq)
     left join credits c on c.id = p.credit_id
     where p.organization_id = $1 and p.at between $2 and $3 and p.seq = any ($4) and p.currency = e.currency
     order by p.seq, p.account, p.workspace_id, p.service, p.kind, c.kind, c.granted_at, c.id`,
    [organizationId, entries.at(-1)!.at, entries[0]!.at, entries.map((entry) => entry.seq)],
  );
  const bySeq = Map.groupBy(rows, (row) => row.seq);
  return new Map([...bySeq].map(([seq, postings]) => [seq, sides(postings)]));
}

const LINES = new Set(["plans", "vouchers", "topUp"]);

function sides(postings: PostingRow[]): { moved: bigint; charged: EntryLine[] } {
  return {
    moved: postings.filter((p) => LINES.has(p.account)).reduce((sum, p) => sum + p.amount, 0n),
    charged: postings.filter((p) => p.account === "charges").map((p) => p as EntryLine),
  };
}
