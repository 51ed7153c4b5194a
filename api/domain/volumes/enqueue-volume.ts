import type { TenantTx } from "#db/tenant.ts";
import { enqueue } from "#domain/work/enqueue.ts";

/** Has a volume reconciled by the replica that holds its cluster. */
export function enqueueVolume(tx: TenantTx, volume: { id: string; clusterId: string }): void {
  enqueue(tx, {
    kind: "reconcileVolume",
    key: volume.id,
    clusterId: volume.clusterId,
    organizationId: tx.organizationId,
  });
}
