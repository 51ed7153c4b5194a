import type { Tx } from "#db/tenant.ts";
import type { Notice } from "#domain/notices/notice.ts";
import { notify } from "#domain/notices/notify.ts";
import { minuteStart } from "#domain/billing/units/minute.ts";
import { formatAmount } from "#domain/billing/units/money.ts";
import { quotaPeriod, type QuotaPeriod } from "./quota-period.ts";

interface Crossed {
  organization_id: string;
  workspace_id: string;
  period: QuotaPeriod;
  percent: number;
  limit: bigint;
  spent: bigint;
  cause: string;
}

// $1 shard, $2 Workspace, $3 minute, $4 now. Only those that cross are written.
const CROSS = `
  with spent as (
    select q.organization_id, q.workspace_id, q.period, q.limit_usd_micros, sum(k.spent_usd_micros) as spent,
      q.period || ':' || date_trunc(q.period, minute_day($3)::timestamp)::date as of_period
    from wallets w
    join quotas q on q.organization_id = w.organization_id
    join quota_counters k on k.workspace_id = q.workspace_id and k.day <= minute_day($3)
      and k.day >= date_trunc(q.period, minute_day($3)::timestamp)::date
    where w.shard = $1 and ($2::uuid is null or q.workspace_id = $2)
    group by q.workspace_id
    having sum(k.spent_usd_micros) > 0
  ), crossed as (
    insert into quota_warnings as c (workspace_id, period, percent, limit_usd_micros, at)
    select workspace_id, of_period, percent, limit_usd_micros, $4
    from spent, (values (80), (100)) as p (percent)
    where spent * 100 >= limit_usd_micros::numeric * percent
    on conflict do nothing
    returning c.workspace_id, c.percent
  )
  select s.organization_id, s.workspace_id, s.period, c.percent, s.limit_usd_micros as limit, s.spent::bigint as spent,
    concat_ws(':', 'quotaWarning', s.workspace_id, s.of_period, c.percent, s.limit_usd_micros) as cause
  from crossed c join spent s using (workspace_id) order by s.workspace_id, c.percent`;

/**
 * Tells Owner and Admins of every Workspace that has spent 80 or 100 % of its Quota in the period of a minute (QUO-4): each
 * percentage once for a limit and period, so a limit that is raised warns anew, and one that comes back does not.
 */
export async function warnQuotas(
  tx: Tx,
  scope: { shard: number; workspaceId: string | null; minute: number },
): Promise<void> {
  const values = [scope.shard, scope.workspaceId, scope.minute, tx.now];
  const { rows } = await tx.client.query<Crossed>({ name: "warn of Quotas", text: CROSS, values });
  await notify(
    tx,
    rows.map((row) => noticeOf(row, minuteStart(scope.minute))),
  );
}

function noticeOf(crossed: Crossed, at: Date): Notice {
  const { period, percent, cause } = crossed;
  return {
    organizationId: crossed.organization_id,
    workspaceId: crossed.workspace_id,
    kind: "quotaWarning",
    cause,
    audience: "workspace",
    facts: {
      percent,
      period,
      limitUsd: formatAmount(crossed.limit),
      spentUsd: formatAmount(crossed.spent),
      resetsAt: quotaPeriod(period, at).resetsAt.toISOString(),
    },
  };
}
