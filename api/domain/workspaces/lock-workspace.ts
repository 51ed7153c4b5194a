import { and, eq, isNull } from "drizzle-orm";
import { workspaces } from "#db/schema/organizations.ts";
import type { TenantTx } from "#db/tenant.ts";
import { DomainError, notFound } from "#domain/errors.ts";

/** Locks a living Workspace's row for the rest of the transaction. */
export async function lockWorkspace(tx: TenantTx, workspaceId: string) {
  const [row] = await tx.db
    .select()
    .from(workspaces)
    .where(
      and(
        eq(workspaces.organizationId, tx.organizationId),
        eq(workspaces.id, workspaceId),
        isNull(workspaces.deletedAt),
      ),
    )
    .for("update");
  if (row === undefined) throw notFound("workspace");
  return row;
}

/** Keeps a Workspace from being deleted while something is put into it. Throws `workspace_deleting`. */
export async function holdWorkspace(tx: TenantTx, workspaceId: string) {
  const [row] = await tx.db
    .select()
    .from(workspaces)
    .where(
      and(
        eq(workspaces.organizationId, tx.organizationId),
        eq(workspaces.id, workspaceId),
        isNull(workspaces.deletedAt),
      ),
    )
    .for("share");
  if (row === undefined) throw notFound("workspace");
  if (row.deletingSince === null) return row;
  throw new DomainError(
    "workspace_deleting",
    "This Workspace is being deleted; nothing can be created in it.",
  );
}
