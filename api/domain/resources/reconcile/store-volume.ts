import { and, eq, isNull } from "drizzle-orm";
import { volumes } from "#db/schema/resources.ts";
import { withTenant, type TenantTx } from "#db/tenant.ts";
import { enqueue } from "#domain/work/enqueue.ts";
import type { WorkContext } from "#domain/work/types.ts";
import type { ObservedVolume } from "#ports/cluster.ts";
import { deriveVolumeStatus } from "../derive-volume-status.ts";
import type { ReconcileDependencies } from "./dependencies.ts";
import { enqueueWorkspaceRemoval } from "./enqueue-workspace-removal.ts";
import type { VolumeRow, VolumeSeen } from "./read-volume.ts";
import { recordStorage } from "./record-storage.ts";

/**
 * Stores what was observed of a volume, its status and its usage runs in one transaction under the row's lock. Returns
 * the row as it is then; null when somebody else found it deleted.
 */
export async function storeVolume(
  { database, catalogue }: ReconcileDependencies,
  context: WorkContext,
  seen: VolumeSeen,
  observed: ObservedVolume | null,
): Promise<VolumeRow | null> {
  if (isVolumeRecorded(seen.row, observed)) return seen.row;
  return withTenant(database, seen.row.organizationId, async (tx) => {
    const ofRow = and(
      eq(volumes.organizationId, tx.organizationId),
      eq(volumes.id, seen.row.id),
      isNull(volumes.deletedAt),
    );
    const [current] = await tx.db.select().from(volumes).where(ofRow).for("update");
    if (current === undefined) return null;
    await context.verify(tx);
    const storageSince = await recordStorage(tx, catalogue, current, observed);
    const gone = observed === null && current.desiredState === "deleted" && !seen.inUse;
    const deletedAt = gone && seen.at >= current.desiredAt ? tx.now : null;
    const observedSizeGib = observed?.provisionedAt ? observed.sizeGib : current.observedSizeGib;
    const { status, reason } = deriveVolumeStatus({ ...current, observedSizeGib, deletedAt });
    const [stored] = await tx.db
      .update(volumes)
      .set({
        observedSizeGib,
        observedAt: seen.at,
        storageSince,
        deletedAt,
        status,
        statusReason: reason,
      })
      .where(ofRow)
      .returning();
    if (deletedAt !== null) {
      await enqueueResource(tx, current);
      await enqueueWorkspaceRemoval(tx, current.workspaceId);
    }
    return stored!;
  });
}

// Its resource is deleted only after it.
async function enqueueResource(tx: TenantTx, { resourceId, clusterId }: VolumeRow): Promise<void> {
  if (resourceId === null) return;
  const { organizationId } = tx;
  await enqueue(tx, { kind: "reconcileResource", key: resourceId, clusterId, organizationId });
}

/** Whether nothing follows from seeing a volume like this. */
export function isVolumeRecorded(row: VolumeRow, observed: ObservedVolume | null): boolean {
  if (row.desiredState === "deleted") return false;
  const size = observed?.provisionedAt ? observed.sizeGib : null;
  return row.observedSizeGib === size && row.observedAt !== null;
}
