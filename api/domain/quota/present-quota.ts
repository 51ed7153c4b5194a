import type { quotas } from "#db/schema/organizations.ts";
import type { Tx } from "#db/tenant.ts";
import { formatAmount } from "#domain/billing/units/money.ts";
import { quotaPeriod } from "#domain/billing/limits/quota-period.ts";
import { quotaSpent } from "#domain/billing/limits/quota-spent.ts";
import { publicId } from "#domain/ids.ts";

/** A Quota as the API shows it, with what is spent at the transaction's moment and when that starts anew (QUO-3). */
export async function presentQuota(tx: Tx, row: typeof quotas.$inferSelect) {
  const spent = await quotaSpent(tx, row.workspaceId, row.period, tx.now);
  return {
    workspaceId: publicId("workspace", row.workspaceId),
    period: row.period,
    limitUsd: formatAmount(row.limitUsdMicros),
    enforceOnStart: row.enforceOnStart,
    spentUsd: formatAmount(spent),
    resetsAt: quotaPeriod(row.period, tx.now).resetsAt.toISOString(),
    revision: row.revision,
  };
}
