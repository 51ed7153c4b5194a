import { remedy } from "@aifactory/sdk/policy";
import type { Tx } from "#db/tenant.ts";
import { refusal } from "#domain/access/refusal.ts";
import { formatMoney } from "#domain/billing/units/money.ts";
import { quotaPeriod, type QuotaPeriod } from "./quota-period.ts";
import { quotaSpent } from "./quota-spent.ts";

export interface QuotaRequest {
  workspaceId: string;
  /** A start is refused only where the Quota is enforced on start. */
  verb: "create" | "start";
  /** The refusal tells limit and spending; for Owner and Admins only (RBAC-8). */
  showSpending: boolean;
}

interface QuotaRow {
  period: QuotaPeriod;
  limit_usd_micros: bigint;
  enforce_on_start: boolean;
}

/**
 * Throws `quota_exceeded` when the Workspace has spent its limit or more in the present period (QUO-2, QUO-3). The
 * caller holds the Organization's admission lock.
 */
export async function checkQuota(tx: Tx, request: QuotaRequest): Promise<void> {
  const { rows } = await tx.client.query<QuotaRow>({
    name: "quota of a workspace",
    text: "select period, limit_usd_micros, enforce_on_start from quotas where workspace_id = $1",
    values: [request.workspaceId],
  });
  const quota = rows[0];
  if (!quota || (request.verb === "start" && !quota.enforce_on_start)) return;
  const spent = await quotaSpent(tx, request.workspaceId, quota.period, tx.now);
  if (spent < quota.limit_usd_micros) return;
  const resetsAt = quotaPeriod(quota.period, tx.now).resetsAt.toISOString();
  throw refusal(
    "quota_exceeded",
    `The Workspace has spent its Quota of this ${quota.period}. It resets at ${resetsAt}; Owner and Admins can raise it.`,
    {
      layer: "quota",
      remedy: remedy({ ask: "Admin", notBefore: resetsAt }),
      resetsAt,
      ...(request.showSpending && {
        limit: formatMoney(quota.limit_usd_micros, "USD"),
        spent: formatMoney(spent, "USD"),
      }),
    },
  );
}
