import { and, eq, isNull } from "drizzle-orm";
import { workspaces } from "#db/schema/organizations.ts";
import type { TenantTx } from "#db/tenant.ts";
import type { ChangeContext } from "#domain/context.ts";
import { newId } from "#domain/ids.ts";
import type { IdlePeriod } from "#domain/resources/types.ts";
import { presentWorkspace, workspaceNameTaken } from "./present-workspace.ts";

interface Input {
  name: string;
  boundaryLocked: boolean;
  notebookIdleStop: IdlePeriod | null;
  clientToken?: string | undefined;
}

/** Creates a Workspace (ORG-3); a repeated `clientToken` returns the one that lives (IAC-3). Throws `name_taken`. */
export async function createWorkspace({ tx }: ChangeContext, input: Input) {
  const [created] = await tx.db
    .insert(workspaces)
    .values({
      id: newId(),
      organizationId: tx.organizationId,
      name: input.name,
      boundaryLocked: input.boundaryLocked,
      notebookIdleMinutes: input.notebookIdleStop?.afterMinutes ?? null,
      clientToken: input.clientToken ?? null,
      createdAt: tx.now,
    })
    // Waits for a twin that is being created at this moment, and then finds it.
    .onConflictDoNothing()
    .returning();
  if (created !== undefined) return presentWorkspace(created);
  const living = await livingByToken(tx, input.clientToken);
  if (living === undefined) throw workspaceNameTaken(input.name);
  return presentWorkspace(living);
}

async function livingByToken(tx: TenantTx, clientToken: string | undefined) {
  if (clientToken === undefined) return undefined;
  const [living] = await tx.db
    .select()
    .from(workspaces)
    .where(
      and(
        eq(workspaces.organizationId, tx.organizationId),
        eq(workspaces.clientToken, clientToken),
        isNull(workspaces.deletedAt),
      ),
    );
  return living;
}
