import { and, eq } from "drizzle-orm";
import { workspaces } from "#db/schema/organizations.ts";
import type { ChangeContext } from "#domain/context.ts";
import { violatedUnique } from "#domain/database-errors.ts";
import { checkRevision } from "#domain/revision.ts";
import { lockWorkspace } from "./lock-workspace.ts";
import { presentWorkspace, workspaceNameTaken } from "./present-workspace.ts";

interface Input {
  name?: string | undefined;
  boundaryLocked?: boolean | undefined;
}

/** Renames a Workspace or locks its boundary (POL-8). Throws `name_taken`, `revision_mismatch`. */
export async function updateWorkspace(
  { tx, authorization: { target }, ifMatch }: ChangeContext,
  input: Input,
) {
  const current = await lockWorkspace(tx, target.id);
  checkRevision(ifMatch, current.revision);
  const name = input.name ?? current.name;
  const boundaryLocked = input.boundaryLocked ?? current.boundaryLocked;
  if (name === current.name && boundaryLocked === current.boundaryLocked)
    return presentWorkspace(current);
  const [updated] = await tx.db
    .update(workspaces)
    .set({ name, boundaryLocked, revision: current.revision + 1 })
    .where(and(eq(workspaces.organizationId, tx.organizationId), eq(workspaces.id, target.id)))
    .returning()
    .catch((error: unknown) => {
      throw violatedUnique(error) === "workspaces_name" ? workspaceNameTaken(name) : error;
    });
  return presentWorkspace(updated!);
}
