import { insertRow } from "#db/insert-row.ts";
import { volumes } from "#db/schema/resources.ts";
import type { TenantTx } from "#db/tenant.ts";
import { deriveVolumeStatus } from "#domain/resources/derive-volume-status.ts";
import { enqueueVolume } from "./enqueue-volume.ts";

export type VolumeRow = typeof volumes.$inferSelect;

export type NewVolume = Pick<
  VolumeRow,
  "id" | "workspaceId" | "kind" | "name" | "region" | "clusterId" | "ownerId" | "sizeGib" | "shard"
> &
  Partial<Pick<VolumeRow, "tags" | "clientToken" | "resourceId" | "mountPath">>;

/** Inserts an accepted volume and has it provisioned: with its resource, where it belongs to one. */
export async function insertVolume(tx: TenantTx, volume: NewVolume): Promise<VolumeRow> {
  const { status, reason } = deriveVolumeStatus({
    sizeGib: volume.sizeGib,
    desiredState: "present",
    observedSizeGib: null,
    deletedAt: null,
  });
  const row = await insertRow(tx.client, volumes, {
    ...volume,
    organizationId: tx.organizationId,
    createdAt: tx.now,
    desiredState: "present",
    desiredAt: tx.now,
    status,
    statusReason: reason,
  });
  if (row.resourceId === null) enqueueVolume(tx, row);
  return row;
}
