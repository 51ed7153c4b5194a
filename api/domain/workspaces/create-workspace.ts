import { and, eq, isNull } from "drizzle-orm";
import { workspaces } from "#db/schema/organizations.ts";
import type { ChangeContext } from "#domain/context.ts";
import { violatedUnique } from "#domain/database-errors.ts";
import { newId } from "#domain/ids.ts";
import { presentWorkspace, workspaceNameTaken } from "./present-workspace.ts";

interface Input {
  name: string;
  boundaryLocked: boolean;
  clientToken?: string | undefined;
}

/** Creates a Workspace (ORG-3); a repeated `clientToken` returns the one that lives (IAC-3). Throws `name_taken`. */
export async function createWorkspace({ tx }: ChangeContext, input: Input) {
  const { organizationId } = tx;
  if (input.clientToken !== undefined) {
    const [living] = await tx.db
      .select()
      .from(workspaces)
      .where(
        and(
          eq(workspaces.organizationId, organizationId),
          eq(workspaces.clientToken, input.clientToken),
          isNull(workspaces.deletedAt),
        ),
      );
    if (living !== undefined) return presentWorkspace(living);
  }
  const [created] = await tx.db
    .insert(workspaces)
    .values({
      id: newId(),
      organizationId,
      name: input.name,
      boundaryLocked: input.boundaryLocked,
      clientToken: input.clientToken ?? null,
      createdAt: tx.now,
    })
    .returning()
    .catch((error: unknown) => {
      throw violatedUnique(error) === "workspaces_name" ? workspaceNameTaken(input.name) : error;
    });
  return presentWorkspace(created!);
}
