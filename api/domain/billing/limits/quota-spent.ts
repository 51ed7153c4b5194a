import type { Tx } from "#db/tenant.ts";
import { quotaPeriod, type QuotaPeriod } from "./quota-period.ts";

/**
 * What a Workspace spent in the period around `at`, in USD micro-units, from whatever credit and by the catalogue's USD
 * prices (QUO-3). Counted by day, so setting a Quota again or to another period forgets nothing.
 */
export async function quotaSpent(
  tx: Tx,
  workspaceId: string,
  period: QuotaPeriod,
  at: Date,
): Promise<bigint> {
  const { startsAt, resetsAt } = quotaPeriod(period, at);
  const { rows } = await tx.client.query<{ spent: bigint }>(
    `select coalesce(sum(spent_usd_micros), 0)::bigint as spent from quota_counters
     where workspace_id = $1 and day >= ($2::timestamptz at time zone 'UTC')::date
       and day < ($3::timestamptz at time zone 'UTC')::date`,
    [workspaceId, startsAt, resetsAt],
  );
  return rows[0]!.spent;
}
