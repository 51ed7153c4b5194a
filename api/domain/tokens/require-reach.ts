import { and, eq, isNull, or } from "drizzle-orm";
import { memberships, organizations, workspaces } from "#db/schema/organizations.ts";
import type { Tx } from "#db/tenant.ts";
import { InputError } from "#domain/errors.ts";

/** Refuses to bind a token to a Workspace in which its principal is nobody (ID-3). */
export async function requireReach(
  { db }: Tx,
  principalId: string,
  workspaceId: string,
): Promise<void> {
  const [reached] = await db
    .select({ id: workspaces.id })
    .from(workspaces)
    .innerJoin(organizations, eq(organizations.id, workspaces.organizationId))
    .leftJoin(
      memberships,
      and(eq(memberships.workspaceId, workspaces.id), eq(memberships.principalId, principalId)),
    )
    .where(
      and(
        eq(workspaces.id, workspaceId),
        isNull(workspaces.deletedAt),
        or(eq(organizations.ownerId, principalId), eq(memberships.principalId, principalId)),
      ),
    );
  if (reached !== undefined) return;
  throw new InputError([
    {
      pointer: "/workspaceId",
      code: "unknown_workspace",
      message: "there is no such Workspace in which the token’s holder has a role",
    },
  ]);
}
