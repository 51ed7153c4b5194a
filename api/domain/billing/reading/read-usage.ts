import type { Tx } from "#db/tenant.ts";
import { Values } from "./history-filter.ts";
import { minuteFrom } from "#domain/billing/units/minute.ts";
import type { Currency } from "#domain/billing/units/money.ts";
import type { RunKind } from "#domain/billing/runs/usage-run.ts";

/** By what usage is summed: a tag by its key (RES-8), a day in UTC. */
export type UsageGrouping =
  | { by: "workspace" | "resource" | "service" | "member" | "day" }
  | { by: "tag"; key: string };

/** What a group used and what it cost, in micro-units. */
export interface Usage {
  /** A key, a Service, a tag's value or a day; null: without that tag. */
  group: string | null;
  /** Of a Workspace, resource or member. */
  name: string | null;
  /** Tells ids of notebooks from containers, and of people from service accounts. */
  groupKind: string | null;
  kind: RunKind;
  currency: Currency;
  /** Of GPU flavors and of storage; two resources in one minute are two. */
  minutes: number;
  amount: bigint;
  amountUsd: bigint;
}

export interface UsageRange {
  organizationId: string;
  /** Null: all Workspaces. */
  workspaceId: string | null;
  from: Date;
  to: Date;
  grouping: UsageGrouping;
}

interface Group {
  key: string;
  name?: string;
  kind?: string;
}

// The tags that the resource has now, or had last: they are for finding costs, and can be set right afterwards. Home
// volumes and inline disks go by their resource's.
const TAGS = `case when v.kind in ('home', 'disk') then coalesce(vx.tags, rx.tags, v.tags) else coalesce(x.tags, v.tags) end`;

const GROUPS: Record<Exclude<UsageGrouping["by"], "tag">, Group> = {
  workspace: { key: "r.workspace_id::text", name: "w.name" },
  resource: {
    key: "r.subject_id::text",
    name: "coalesce(x.name, v.name)",
    kind: "case r.kind when 'storage' then 'volume' else r.service end",
  },
  service: { key: "r.service" },
  member: { key: "m.id::text", name: "coalesce(m.email, m.name)", kind: "m.kind" },
  day: { key: "d.day::text" },
};

/**
 * Usage in the minutes that begin in [from, to), exactly as far as it is booked (BIL-2): successive ranges add up to the
 * whole, and groups of any kind to the same sums. Deleted resources are part of it.
 */
export async function readUsage(tx: Tx, range: UsageRange): Promise<Usage[]> {
  const { organizationId, workspaceId, grouping } = range;
  const values = new Values();
  for (const value of [organizationId, minuteFrom(range.from), minuteFrom(range.to)])
    values.add(value);
  const inWorkspace = workspaceId === null ? "" : `and r.workspace_id = ${values.add(workspaceId)}`;
  const group: Group =
    grouping.by === "tag"
      ? { key: `(${TAGS}) ->> ${values.add(grouping.key)}::text` }
      : GROUPS[grouping.by];
  const cost = (price: string) => `sum(p.sign * (run_cost(r.${price}, d.hi - r.first_minute)
    - run_cost(r.${price}, d.lo - r.first_minute)))::bigint`;
  const days = `select minute_day(i * 1440) as day, greatest(p.lo, i * 1440) as lo, least(p.hi, (i + 1) * 1440) as hi
    from generate_series(p.lo / 1440, (p.hi - 1) / 1440) i`;
  const { rows } = await tx.client.query<Usage>(
    `with parts as (
       select r.id, 1 as sign, greatest(r.first_minute, $2::integer) as lo,
         least(r.end_minute, $3::integer, c.cursor_minute) as hi
       from usage_runs r join shard_cursors c using (shard)
       where r.organization_id = $1 ${inWorkspace}
         and r.first_minute < $3::integer and (r.end_minute is null or r.end_minute > $2::integer)
       union all
       -- What a late report changed and no tick has booked yet.
       select r.id, -l.sign, greatest(l.from_minute, $2::integer), least(l.to_minute, $3::integer)
       from late_windows l join usage_runs r on r.id = l.run_id
       where l.shard = (select shard from wallets where organization_id = $1) and l.consumed_at is null
         and l.organization_id = $1 ${inWorkspace}
     )
     select ${group.key} as "group", ${group.name ?? "null"} as name, ${group.kind ?? "null"} as "groupKind", r.kind,
       r.currency, sum(p.sign * (d.hi - d.lo))::integer as minutes, ${cost("price_per_hour")} as amount,
       ${cost("price_usd_per_hour")} as "amountUsd"
     from parts p
     join usage_runs r on r.id = p.id
     join workspaces w on w.id = r.workspace_id
     left join resources x on r.kind = 'gpu' and x.id = r.resource_id
     left join volumes v on r.kind = 'storage' and v.id = r.volume_id
     left join resources vx on vx.id = v.resource_id
     left join resources rx on r.kind = 'storage' and rx.id = r.resource_id
     left join principals m on m.id = coalesce(x.owner_id, v.owner_id)
     cross join lateral (${grouping.by === "day" ? days : "select null::date as day, p.lo, p.hi"}) d
     where p.lo < p.hi
     group by 1, 2, 3, r.kind, r.currency
     having sum(p.sign * (d.hi - d.lo)) <> 0
     order by ${grouping.by === "resource" ? "min(r.started_at), " : ""}1 nulls last, r.kind, r.currency`,
    values.list,
  );
  return rows;
}
