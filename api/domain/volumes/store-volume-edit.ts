import { and, eq } from "drizzle-orm";
import { volumes } from "#db/schema/resources.ts";
import type { TenantTx } from "#db/tenant.ts";
import type { VolumeRow } from "./insert-volume.ts";
import type { VolumeView } from "./volume-view.ts";

/** Stores an edit of a locked volume; it moves the revision. */
export async function storeVolumeEdit(
  tx: TenantTx,
  current: VolumeView,
  change: Partial<Pick<VolumeRow, "name" | "tags" | "resourceId" | "mountPath">>,
): Promise<VolumeView> {
  const [row] = await tx.db
    .update(volumes)
    .set({ ...change, revision: current.revision + 1 })
    .where(and(eq(volumes.organizationId, tx.organizationId), eq(volumes.id, current.id)))
    .returning();
  return { ...row!, ownerKind: current.ownerKind };
}
