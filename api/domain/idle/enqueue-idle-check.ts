import type { TenantTx } from "#db/tenant.ts";
import type { ResourceRow } from "#domain/resources/resource-view.ts";
import { enqueue } from "#domain/work/enqueue.ts";

/** Has a notebook looked at whose idle stop changed, or that begins to run (RES-9); it stays on the list while it matters. */
export function enqueueIdleCheck(
  tx: TenantTx,
  { id: key, clusterId, organizationId }: ResourceRow,
): void {
  enqueue(tx, { kind: "checkIdle", key, clusterId, organizationId });
}
