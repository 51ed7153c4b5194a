import type { Service } from "@aifactory/sdk/policy";
import type { Tx } from "#db/tenant.ts";
import type { EntryRow } from "./list-credit-history.ts";
import type { RunKind } from "./usage-run.ts";

/** The minutes of one usage run in an entry: F(to) − F(from) of its price (BIL-2). Micro-units. */
export interface EntryUse {
  runId: string;
  workspaceId: string;
  /** The notebook or container of GPU usage, the volume of storage. */
  subjectId: string;
  service: Service;
  kind: RunKind;
  region: string;
  /** A flavor's id, or the kind of storage. */
  product: string;
  quantity: number;
  pricePerHour: bigint;
  priceUsdPerHour: bigint;
  from: Date;
  minutes: number;
  /** Negative when it was given back. */
  amount: bigint;
}

const RUN = `r.id as "runId", r.workspace_id as "workspaceId", r.subject_id as "subjectId", r.service, r.kind, r.region,
  r.product, r.quantity, r.price_per_hour as "pricePerHour", r.price_usd_per_hour as "priceUsdPerHour"`;

// What a regular charge covers follows from the runs; corrections name their run.
const USES = `
  with page as (
    select seq, kind, from_minute, to_minute, reference from ledger_entries
    where organization_id = $1 and at between $2 and $3 and seq = any ($4) and kind in ('charge', 'correction')
  ), uses as (
    select e.seq, ${RUN}, r.started_at, r.first_minute, greatest(e.from_minute, r.tick_from) as lo,
      least(e.to_minute, r.tick_until) as hi, 1 as sign
    from page e
    join usage_runs r on r.organization_id = $1 and r.tick_until > e.from_minute and r.tick_from < e.to_minute
    where e.kind = 'charge'
    union all
    select e.seq, ${RUN}, r.started_at, r.first_minute, e.from_minute, e.to_minute,
      (select sign(sum(amount)) from ledger_postings p
       where p.organization_id = $1 and p.at between $2 and $3 and p.seq = e.seq and p.account = 'charges')::integer
    from page e join usage_runs r on r.id = e.reference
    where e.kind = 'correction'
  )
  select seq, "runId", "workspaceId", "subjectId", service, kind, region, product, quantity, "pricePerHour",
    "priceUsdPerHour", minute_start(lo) as from, hi - lo as minutes,
    sign * (run_cost("pricePerHour", hi - first_minute) - run_cost("pricePerHour", lo - first_minute)) as amount
  from uses order by seq, started_at, "runId"`;

/** For each entry what ran in its minutes, in the order in which it was charged. */
export async function usesOfEntries(
  tx: Tx,
  organizationId: string,
  entries: EntryRow[],
): Promise<Map<bigint, EntryUse[]>> {
  const { rows } = await tx.client.query<EntryUse & { seq: bigint }>(USES, [
    organizationId,
    entries.at(-1)!.at,
    entries[0]!.at,
    entries.map((entry) => entry.seq),
  ]);
  return Map.groupBy(rows, (row) => row.seq);
}
