import type { Service } from "@aifactory/sdk/policy";
import type { Tx } from "#db/tenant.ts";
import { minuteFrom } from "./minute.ts";
import type { Currency } from "./money.ts";
import type { RunKind } from "./usage-run.ts";

/** What one resource or volume used and what it cost, in micro-units. */
export interface Usage {
  /** The notebook or container of GPU usage, the volume of storage. */
  subjectId: string;
  kind: RunKind;
  service: Service;
  currency: Currency;
  minutes: number;
  amount: bigint;
  amountUsd: bigint;
}

/**
 * Usage of a Workspace in the minutes that begin in [from, to), as far as they are charged, derived from its runs exactly
 * (BIL-2): the amounts of successive ranges add up to that of the whole.
 */
export async function usageOfWorkspace(
  tx: Tx,
  range: { organizationId: string; workspaceId: string; from: Date; to: Date },
): Promise<Usage[]> {
  const { rows } = await tx.client.query<Usage>(
    `with charged as (
       select r.*, greatest(r.first_minute, $3::integer) as lo,
         least(r.end_minute, $4::integer, c.cursor_minute) as hi
       from usage_runs r join shard_cursors c using (shard)
       where r.organization_id = $1 and r.workspace_id = $2
         and r.first_minute < $4::integer and (r.end_minute is null or r.end_minute > $3::integer)
     )
     select subject_id as "subjectId", kind, service, currency, sum(hi - lo)::integer as minutes,
       sum(run_cost(price_per_hour, hi - first_minute) - run_cost(price_per_hour, lo - first_minute))::bigint as amount,
       sum(run_cost(price_usd_per_hour, hi - first_minute)
         - run_cost(price_usd_per_hour, lo - first_minute))::bigint as "amountUsd"
     from charged where lo < hi
     group by subject_id, kind, service, currency order by min(started_at), subject_id`,
    [range.organizationId, range.workspaceId, minuteFrom(range.from), minuteFrom(range.to)],
  );
  return rows;
}
