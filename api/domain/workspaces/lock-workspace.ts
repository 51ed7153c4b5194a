import { columnsOf } from "#db/columns-of.ts";
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
  const { rows } = await tx.client.query<typeof workspaces.$inferSelect>({
    name: `lock workspace for ${strength}`,
    text: `select ${columnsOf(workspaces, "w")} from workspaces w
     where organization_id = $1 and id = $2 and deleted_at is null for ${strength}`,
    values: [tx.organizationId, workspaceId],
  });
  if (rows[0] === undefined) throw notFound("workspace");
  return rows[0];
}
