import type { Service } from "@aifactory/sdk/policy";
import type { Tx } from "#db/tenant.ts";
import { matchesRun, Values, type HistoryFilter } from "./history-filter.ts";
import type { EntryRow } from "./list-credit-history.ts";
import type { Currency } from "#domain/billing/units/money.ts";
import type { RunKind } from "#domain/billing/runs/usage-run.ts";

/** The minutes of one usage run in an entry: F(to) − F(from) of its price (BIL-2). Micro-units of the entry's currency. */
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
  /** Of the price: a former one, where the Wallet's was fixed since (WAL-4). */
  currency: Currency;
  pricePerHour: bigint;
  priceUsdPerHour: bigint;
  from: Date;
  minutes: number;
  /** Negative when it was given back. */
  amount: bigint;
}

const RUN = `r.id as "runId", r.workspace_id as "workspaceId", r.subject_id as "subjectId", r.service, r.kind, r.region,
  r.product, r.quantity, r.currency, r.price_per_hour as "pricePerHour",
  r.price_usd_per_hour as "priceUsdPerHour"`;

/**
 * For each entry what ran in its minutes, in the order in which it was charged; at most `limit` of each. What a regular
 * charge covers follows from the runs; corrections name their run.
 */
export async function usesOfEntries(
  tx: Tx,
  organizationId: string,
  entries: EntryRow[],
  filter: HistoryFilter,
  limit: number,
): Promise<Map<bigint, EntryUse[]>> {
  const charged = entries.filter(({ kind }) => kind === "charge" || kind === "correction");
  if (charged.length === 0) return new Map();
  const values = new Values();
  const [first, last] = [charged.at(-1)!.at, charged[0]!.at];
  for (const value of [organizationId, first, last, charged.map(({ seq }) => seq)])
    values.add(value);
  const matching = matchesRun(filter, values);
  const most = values.add(limit);
  const { rows } = await tx.client.query<EntryUse & { seq: bigint }>(
    `with page as (
       select seq, at, kind, from_minute, to_minute, reference from ledger_entries
       where organization_id = $1 and at between $2 and $3 and seq = any ($4)
     ), uses as (
       select e.seq, null::bigint as paid, greatest(e.from_minute, r.tick_from) as lo, least(e.to_minute, r.tick_until) as hi, r.*
       from page e
       cross join lateral (
         select r.* from usage_runs r
         where r.organization_id = $1 and r.tick_until > e.from_minute and r.tick_from < e.to_minute and ${matching}
         order by r.started_at, r.id limit ${most}
       ) r
       where e.kind = 'charge'
       union all
       select e.seq, (select sum(amount) from ledger_postings p where p.organization_id = $1 and p.at = e.at
         and p.seq = e.seq and p.account = 'charges')::bigint, e.from_minute, e.to_minute, r.*
       from page e join usage_runs r on r.id = e.reference
       where e.kind = 'correction' and ${matching}
     )
     select r.seq, ${RUN}, minute_start(lo) as from, hi - lo as minutes,
       coalesce(paid, run_cost(price_per_hour, hi - first_minute) - run_cost(price_per_hour, lo - first_minute)) as amount
     from uses r order by seq, started_at, id`,
    values.list,
  );
  return Map.groupBy(rows, (row) => row.seq);
}
