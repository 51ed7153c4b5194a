import { and, eq, isNull } from "drizzle-orm";
import { workspaces } from "#db/schema/organizations.ts";
import type { TenantTx } from "#db/tenant.ts";
import { DomainError, notFound } from "#domain/errors.ts";

/**
 * Locks a living Workspace's row for the rest of the transaction. Its key is left to whoever names it in a row of theirs: a
 * worker that has a resource locked and records an act of the system would wait for us, and we for the resource.
 */
export function lockWorkspace(tx: TenantTx, workspaceId: string) {
  return living(tx, workspaceId, "no key update");
}

/** Keeps a Workspace from being deleted while something is put into it. Throws `workspace_deleting`. */
export async function holdWorkspace(tx: TenantTx, workspaceId: string) {
  const row = await living(tx, workspaceId, "share");
  if (row.deletingSince === null) return row;
  throw new DomainError(
    "workspace_deleting",
    "This Workspace is being deleted; nothing can be created in it.",
  );
}

async function living(tx: TenantTx, workspaceId: string, strength: "no key update" | "share") {
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
    .for(strength);
  if (row === undefined) throw notFound("workspace");
  return row;
}
