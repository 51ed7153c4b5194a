import { withTenant, type TenantTx } from "#db/tenant.ts";
import { enqueue } from "#domain/work/enqueue.ts";
import type { WorkContext } from "#domain/work/types.ts";
import type { ObservedVolume } from "#ports/cluster.ts";
import { deriveVolumeStatus } from "../derive-volume-status.ts";
import type { ReconcileDependencies } from "./dependencies.ts";
import { enqueueWorkspaceRemoval } from "./enqueue-workspace-removal.ts";
import { VOLUME_COLUMNS, type VolumeRow, type VolumeSeen } from "./read-volume.ts";
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
    const [current] = await Promise.all([lockVolume(tx, seen.row.id), context.verify(tx)]);
    if (current === null) return null;
    const storageSince = await recordStorage(tx, catalogue, current, observed);
    const gone = observed === null && current.desiredState === "deleted" && !seen.inUse;
    const deletedAt = gone && seen.at >= current.desiredAt ? tx.now : null;
    const observedSizeGib = observed?.provisionedAt ? observed.sizeGib : current.observedSizeGib;
    const { status, reason } = deriveVolumeStatus({ ...current, observedSizeGib, deletedAt });
    const { rows } = await tx.client.query<VolumeRow>({
      name: "store volume",
      text: `update volumes v
       set observed_size_gib = $3, observed_at = $4, storage_since = $5, deleted_at = $6, status = $7, status_reason = $8
       where organization_id = $1 and id = $2 returning ${VOLUME_COLUMNS}`,
      values: [
        tx.organizationId,
        current.id,
        observedSizeGib,
        seen.at,
        storageSince,
        deletedAt,
        status,
        reason,
      ],
    });
    if (deletedAt !== null) {
      enqueueResource(tx, current);
      await enqueueWorkspaceRemoval(tx, current.workspaceId);
    }
    return rows[0]!;
  });
}

async function lockVolume(tx: TenantTx, id: string): Promise<VolumeRow | null> {
  const { rows } = await tx.client.query<VolumeRow>({
    name: "lock volume",
    text: `select ${VOLUME_COLUMNS} from volumes v where organization_id = $1 and id = $2 for update`,
    values: [tx.organizationId, id],
  });
  const [volume] = rows;
  return volume === undefined || volume.deletedAt !== null ? null : volume;
}

// Its resource is deleted only after it.
function enqueueResource(tx: TenantTx, { resourceId, clusterId }: VolumeRow): void {
  if (resourceId === null) return;
  const { organizationId } = tx;
  enqueue(tx, { kind: "reconcileResource", key: resourceId, clusterId, organizationId });
}

/** Whether nothing follows from seeing a volume like this. */
export function isVolumeRecorded(row: VolumeRow, observed: ObservedVolume | null): boolean {
  if (row.desiredState === "deleted") return false;
  const size = observed?.provisionedAt ? observed.sizeGib : null;
  return row.observedSizeGib === size && row.observedAt !== null;
}
