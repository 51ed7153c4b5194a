import { and, eq, isNotNull, isNull } from "drizzle-orm";
import { workspaces } from "#db/schema/organizations.ts";
import type { TenantTx } from "#db/tenant.ts";
import { enqueue } from "#domain/work/enqueue.ts";

/** Something of the Workspace is gone: if it is being deleted, it may be empty now (ORG-6). */
export async function enqueueWorkspaceRemoval(tx: TenantTx, workspaceId: string): Promise<void> {
  const [deleting] = await tx.db
    .select({ id: workspaces.id })
    .from(workspaces)
    .where(
      and(
        eq(workspaces.organizationId, tx.organizationId),
        eq(workspaces.id, workspaceId),
        isNotNull(workspaces.deletingSince),
        isNull(workspaces.deletedAt),
      ),
    );
  if (deleting === undefined) return;
  const { organizationId } = tx;
  enqueue(tx, { kind: "deleteWorkspace", key: workspaceId, organizationId });
}
