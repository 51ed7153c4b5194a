import { and, eq, isNotNull, isNull, notExists, sql } from "drizzle-orm";
import {
  boundaryAttachments,
  identityAttachments,
  memberships,
  quotas,
  workspaces,
  workspaceServices,
  workspaceTemplates,
} from "#db/schema/organizations.ts";
import { resources, volumes } from "#db/schema/resources.ts";
import { withSystem, type Tx } from "#db/tenant.ts";
import { enqueue } from "#domain/work/enqueue.ts";
import type { WorkHandler } from "#domain/work/types.ts";
import { clusterOf, type ReconcileDependencies } from "./dependencies.ts";

/**
 * Marks a Workspace deleted once nothing in it is left (ORG-6), ends its members, attachments, Services and Quota, and
 * has the clusters forget it. While something is left it does nothing: whatever goes last puts it on the list again.
 */
export function removeWorkspace(site: ReconcileDependencies): WorkHandler {
  return async ({ key, clusterId }) => {
    const [workspaceId] = key.split("/") as [string];
    if (clusterId !== null) return clusterOf(site, clusterId).deleteWorkspace(workspaceId);
    await withSystem(site.database, async (tx) => {
      if (!(await endWorkspace(tx, workspaceId))) return;
      // Each cluster by the replica that holds it: no other may write there.
      for (const id of site.clusters.keys())
        enqueue(tx, { kind: "deleteWorkspace", key: `${workspaceId}/${id}`, clusterId: id });
    });
  };
}

/** Answers whether it is deleted, by this call or an earlier one. */
async function endWorkspace({ db, now }: Tx, workspaceId: string): Promise<boolean> {
  const living = (table: typeof resources | typeof volumes) =>
    notExists(
      db
        .select({ id: table.id })
        .from(table)
        .where(and(eq(table.workspaceId, workspaces.id), isNull(table.deletedAt))),
    );
  const [ended] = await db
    .update(workspaces)
    .set({ deletedAt: sql`coalesce(${workspaces.deletedAt}, ${now.toISOString()}::timestamptz)` })
    .where(
      and(
        eq(workspaces.id, workspaceId),
        isNotNull(workspaces.deletingSince),
        living(resources),
        living(volumes),
      ),
    )
    .returning({ id: workspaces.id });
  if (ended === undefined) return false;
  // The Policies themselves stay, attached to one place less.
  for (const table of [
    boundaryAttachments,
    identityAttachments,
    memberships,
    quotas,
    workspaceServices,
    workspaceTemplates,
  ]) {
    await db.delete(table).where(eq(table.workspaceId, workspaceId));
  }
  return true;
}
