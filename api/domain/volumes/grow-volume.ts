import { and, eq } from "drizzle-orm";
import { volumes } from "#db/schema/resources.ts";
import type { TenantTx } from "#db/tenant.ts";
import { deriveVolumeStatus } from "#domain/resources/derive-volume-status.ts";
import { enqueueVolume } from "./enqueue-volume.ts";

/** Asks for a larger volume; the caller has checked that it is larger, and holds what the volume belongs to. */
export async function growVolume(tx: TenantTx, id: string, sizeGib: number): Promise<void> {
  const own = and(eq(volumes.organizationId, tx.organizationId), eq(volumes.id, id));
  const [row] = await tx.db.update(volumes).set({ sizeGib }).where(own).returning();
  const { status, reason } = deriveVolumeStatus(row!);
  await tx.db.update(volumes).set({ status, statusReason: reason }).where(own);
  enqueueVolume(tx, row!);
}
