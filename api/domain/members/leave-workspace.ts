import { roleNeeded } from "#domain/access/role-needed.ts";
import type { ChangeContext } from "#domain/context.ts";
import { lockWorkspace } from "#domain/workspaces/lock-workspace.ts";
import { endMembership } from "./end-membership.ts";

/**
 * Ends a person's own membership; its identity policies wait for the return (POL-2). Service accounts come and go by
 * whoever manages members. Throws `forbidden`.
 */
export async function leaveWorkspace(ctx: ChangeContext): Promise<void> {
  const { tx, actor, authorization } = ctx;
  if (actor.kind !== "user")
    throw roleNeeded(
      "leaveWorkspace",
      authorization.role,
      ["Owner", "Admin"],
      "A service account does not leave; it is removed from the Workspace.",
    );
  const { id: workspaceId } = await lockWorkspace(tx, authorization.target.id);
  await endMembership(ctx, { workspaceId, principalId: actor.principalId, dropPolicies: false });
}
