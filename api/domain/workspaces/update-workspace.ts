import { and, eq } from "drizzle-orm";
import { workspaces } from "#db/schema/organizations.ts";
import type { ChangeContext } from "#domain/context.ts";
import { violatedUnique } from "#domain/database-errors.ts";
import { enqueueIdleChecks } from "#domain/idle/enqueue-idle-checks.ts";
import type { IdlePeriod } from "#domain/resources/types.ts";
import { checkRevision } from "#domain/revision.ts";
import { lockWorkspace } from "./lock-workspace.ts";
import { presentWorkspace, workspaceNameTaken } from "./present-workspace.ts";

interface Input {
  name?: string | undefined;
  boundaryLocked?: boolean | undefined;
  notebookIdleStop?: IdlePeriod | null | undefined;
}

/** Renames a Workspace, locks its boundary (POL-8), sets idle stop of its notebooks (RES-9). Throws `name_taken`, `revision_mismatch`. */
export async function updateWorkspace(
  { tx, authorization: { target }, ifMatch }: ChangeContext,
  input: Input,
) {
  const current = await lockWorkspace(tx, target.id);
  checkRevision(ifMatch, current.revision);
  const name = input.name ?? current.name;
  const boundaryLocked = input.boundaryLocked ?? current.boundaryLocked;
  const notebookIdleMinutes =
    input.notebookIdleStop === undefined
      ? current.notebookIdleMinutes
      : (input.notebookIdleStop?.afterMinutes ?? null);
  const otherIdleStop = notebookIdleMinutes !== current.notebookIdleMinutes;
  const otherLock = boundaryLocked !== current.boundaryLocked;
  if (name === current.name && !otherLock && !otherIdleStop) return presentWorkspace(current);
  const [updated] = await tx.db
    .update(workspaces)
    .set({ name, boundaryLocked, notebookIdleMinutes, revision: current.revision + 1 })
    .where(and(eq(workspaces.organizationId, tx.organizationId), eq(workspaces.id, target.id)))
    .returning()
    .catch((error: unknown) => {
      throw violatedUnique(error) === "workspaces_name" ? workspaceNameTaken(name) : error;
    });
  if (otherIdleStop) await enqueueIdleChecks(tx, target.id);
  return presentWorkspace(updated!);
}
