import { and, eq, isNotNull, isNull, notExists } from "drizzle-orm";
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
import { withSystem } from "#db/tenant.ts";
import type { WorkHandler } from "#domain/work/types.ts";
import type { ReconcileDependencies } from "./dependencies.ts";

/**
 * Marks a Workspace deleted once nothing in it is left (ORG-6), and ends its members, attachments, Services and Quota. While something is, it does nothing: whatever goes last
 * puts it on the list again.
 */
export function removeWorkspace({ database }: ReconcileDependencies): WorkHandler {
  return async (item) => {
    await withSystem(database, async ({ db, now }) => {
      const living = (table: typeof resources | typeof volumes) =>
        notExists(
          db
            .select({ id: table.id })
            .from(table)
            .where(and(eq(table.workspaceId, workspaces.id), isNull(table.deletedAt))),
        );
      const [removed] = await db
        .update(workspaces)
        .set({ deletedAt: now })
        .where(
          and(
            eq(workspaces.id, item.key),
            isNotNull(workspaces.deletingSince),
            isNull(workspaces.deletedAt),
            living(resources),
            living(volumes),
          ),
        )
        .returning({ id: workspaces.id });
      if (removed === undefined) return;
      // The Policies themselves stay, attached to one place less.
      for (const table of [
        boundaryAttachments,
        identityAttachments,
        memberships,
        quotas,
        workspaceServices,
        workspaceTemplates,
      ]) {
        await db.delete(table).where(eq(table.workspaceId, removed.id));
      }
    });
  };
}
