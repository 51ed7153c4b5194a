import { and, eq, sql } from "drizzle-orm";
import { volumes } from "#db/schema/resources.ts";
import type { TenantTx } from "#db/tenant.ts";
import { requestVolumeDeletion } from "#domain/volumes/request-volume-deletion.ts";
import type { MountedVolume, ResourceView } from "./resource-view.ts";

/**
 * Lets go of the storage of a resource that is deleted: its home volume and disk die with it, separate volumes outlive
 * it and are free to be attached elsewhere (RES-3). Returns what still is the resource's.
 */
export async function releaseStorage(
  tx: TenantTx,
  { id, volumes: mounted }: ResourceView,
): Promise<MountedVolume[]> {
  const own = mounted.filter((volume) => volume.kind !== "volume");
  for (const volume of own) await requestVolumeDeletion(tx, volume.id);
  if (own.length < mounted.length) {
    await tx.db
      .update(volumes)
      .set({ resourceId: null, mountPath: null, revision: sql`${volumes.revision} + 1` })
      .where(
        and(
          eq(volumes.organizationId, tx.organizationId),
          eq(volumes.resourceId, id),
          eq(volumes.kind, "volume"),
        ),
      );
  }
  return own;
}
