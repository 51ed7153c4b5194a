import { and, eq } from "drizzle-orm";
import { resources } from "#db/schema/resources.ts";
import type { TenantTx } from "#db/tenant.ts";
import { enqueue } from "#domain/work/enqueue.ts";
import { deriveStatus } from "./derive-status.ts";
import type { MountedVolume, ResourceRow, ResourceView } from "./resource-view.ts";

type DesiredColumns = Pick<
  ResourceRow,
  | "name"
  | "tags"
  | "flavor"
  | "spec"
  | "desiredState"
  | "desiredAt"
  | "generation"
  | "stopCause"
  | "revision"
  | "clientToken"
  | "replacedBy"
>;

/** Stores what is desired now with the status that follows from it, and has it reconciled. The row is locked. */
export async function changeDesired(
  tx: TenantTx,
  current: ResourceView,
  asked: Partial<DesiredColumns>,
): Promise<ResourceView> {
  const change = { ...asked, ...acceptedAfter(current, asked.desiredAt) };
  const derived = deriveStatus({ ...current, ...change }, ownVolumes(current.volumes));
  const [stored] = await tx.db
    .update(resources)
    .set({ ...change, status: derived.status, statusReason: derived.reason })
    .where(and(eq(resources.organizationId, tx.organizationId), eq(resources.id, current.id)))
    .returning();
  enqueue(tx, {
    kind: "reconcileResource",
    key: current.id,
    clusterId: current.clusterId,
    organizationId: tx.organizationId,
  });
  return { ...current, ...stored! };
}

/**
 * Whoever waited for the row began before what was seen or asked for meanwhile. Accepted is it only now, so that no look
 * from before counts as one from after, and nothing is said to be gone that is about to be applied.
 */
function acceptedAfter(
  { observedAt, desiredAt }: ResourceView,
  askedAt: Date | undefined,
): { desiredAt?: Date } {
  const latest = Math.max(desiredAt.getTime(), observedAt?.getTime() ?? 0);
  if (askedAt === undefined || askedAt.getTime() > latest) return {};
  return { desiredAt: new Date(latest + 1) };
}

/** Asks for a new workload in place of whatever there is: the columns of a start, restart or edit of a running one. */
export function nextGeneration(tx: TenantTx, current: ResourceView) {
  return {
    desiredState: "running",
    desiredAt: tx.now,
    generation: current.generation + 1,
    stopCause: null,
  } as const;
}

/** Home volumes and disks as the status depends on them. */
export function ownVolumes(volumes: MountedVolume[]) {
  return volumes
    .filter((volume) => volume.kind !== "volume")
    .map(({ observedSizeGib, deletedAt }) => ({
      observedSizeGib,
      deletedAt: deletedAt === null ? null : new Date(deletedAt),
    }));
}
