import { and, eq, ne } from "drizzle-orm";
import { volumes } from "#db/schema/resources.ts";
import type { TenantTx } from "#db/tenant.ts";
import { deriveVolumeStatus } from "#domain/resources/derive-volume-status.ts";
import { enqueueVolume } from "./enqueue-volume.ts";

/** Asks for the deletion of a volume; storage is charged until now (BIL-1). Null when that was asked for already. */
export async function requestVolumeDeletion(tx: TenantTx, id: string) {
  const { status, reason } = deriveVolumeStatus({
    sizeGib: 0,
    desiredState: "deleted",
    observedSizeGib: null,
    deletedAt: null,
  });
  const [row] = await tx.db
    .update(volumes)
    .set({ desiredState: "deleted", desiredAt: tx.now, status, statusReason: reason })
    .where(
      and(
        eq(volumes.organizationId, tx.organizationId),
        eq(volumes.id, id),
        ne(volumes.desiredState, "deleted"),
      ),
    )
    .returning();
  if (row === undefined) return null;
  enqueueVolume(tx, row);
  return row;
}
