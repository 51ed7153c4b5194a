import type { TenantTx } from "#db/tenant.ts";
import { enqueueIdleCheck } from "#domain/idle/enqueue-idle-check.ts";
import { idleStopInForce } from "#domain/idle/idle-stop.ts";
import { enqueue } from "#domain/work/enqueue.ts";
import { isVerifiedGone } from "../derive-status.ts";
import type { ResourceView } from "../resource-view.ts";
import { enqueueWorkspaceRemoval } from "./enqueue-workspace-removal.ts";

/** The work that a new observation brings with it for others than the resource itself. */
export async function enqueueFollowUps(
  tx: TenantTx,
  before: ResourceView,
  next: ResourceView,
): Promise<void> {
  enqueueTimers(tx, before, next);
  if (next.desiredState !== "deleted" || !isVerifiedGone(next)) return;
  if (next.deletedAt !== null) return enqueueWorkspaceRemoval(tx, next.workspaceId);
  // Its storage goes after its workload.
  const { organizationId, clusterId } = next;
  for (const { kind, id: key, deletedAt } of next.volumes) {
    if (kind === "volume" || deletedAt !== null) continue;
    enqueue(tx, { kind: "reconcileVolume", key, clusterId, organizationId });
  }
}

/** What begins with a run: its end by maximum running time (RES-7) or idleness (RES-9). */
function enqueueTimers(tx: TenantTx, before: ResourceView, next: ResourceView): void {
  const { id: key, organizationId, spec, runningSince, stoppedAt } = next;
  if (runningSince === null || stoppedAt !== null) return;
  if (runningSince.getTime() === before.runningSince?.getTime()) return;
  if (idleStopInForce(next) !== null) enqueueIdleCheck(tx, next);
  const limit = "maxRunningSeconds" in spec ? spec.maxRunningSeconds : null;
  if (limit === null) return;
  const dueAt = new Date(runningSince.getTime() + limit * 1000);
  enqueue(tx, { kind: "stopAtLimit", key, organizationId, dueAt });
}
