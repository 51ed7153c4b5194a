import { and, asc, eq, isNull, ne } from "drizzle-orm";
import { resources, volumes } from "#db/schema/resources.ts";
import type { TenantTx } from "#db/tenant.ts";
import { requestVolumeDeletion } from "#domain/volumes/request-volume-deletion.ts";
import { requestResourceDeletion } from "./request-resource-deletion.ts";

/** Asks for the deletion of everything that lives in a Workspace, separate volumes included (ORG-6). */
export async function requestDeletionOf(tx: TenantTx, workspaceId: string): Promise<void> {
  const living = await tx.db
    .select({ id: resources.id })
    .from(resources)
    .where(
      and(
        eq(resources.organizationId, tx.organizationId),
        eq(resources.workspaceId, workspaceId),
        isNull(resources.deletedAt),
      ),
    )
    .orderBy(asc(resources.id))
    .for("update");
  for (const { id } of living)
    await requestResourceDeletion(tx, id, "Its Workspace is being deleted.");
  const left = await tx.db
    .select({ id: volumes.id })
    .from(volumes)
    .where(
      and(
        eq(volumes.organizationId, tx.organizationId),
        eq(volumes.workspaceId, workspaceId),
        isNull(volumes.deletedAt),
        ne(volumes.desiredState, "deleted"),
      ),
    )
    .orderBy(asc(volumes.id));
  for (const { id } of left) await requestVolumeDeletion(tx, id);
}
