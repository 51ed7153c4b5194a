import { roleNeeded } from "#domain/access/role-needed.ts";
import type { ChangeContext } from "#domain/context.ts";
import { lockWorkspace } from "#domain/workspaces/lock-workspace.ts";
import { endMembership } from "./end-membership.ts";
import { requireMember } from "./find-member.ts";

/**
 * Ends a membership. An Admin removes Members only, and their identity policies wait for their return; those of whom the
 * Owner removes are gone (ORG-5, POL-2). Throws `not_found`, `forbidden`.
 */
export async function removeMember(
  ctx: ChangeContext,
  { userId }: { userId: string },
): Promise<void> {
  const { tx, authorization } = ctx;
  const { target, role } = authorization;
  const { id: workspaceId } = await lockWorkspace(tx, target.id);
  const place = { organizationId: tx.organizationId, workspaceId };
  const { membership } = await requireMember(tx.db, place, userId);
  if (role !== "Owner" && membership.role !== "Member")
    throw roleNeeded("removeMember", role, "Owner", "Only the Owner removes Admins.");
  const { principalId } = membership;
  await endMembership(ctx, { workspaceId, principalId, dropPolicies: role === "Owner" });
}
