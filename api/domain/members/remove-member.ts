import { and, eq } from "drizzle-orm";
import { memberships } from "#db/schema/organizations.ts";
import { roleNeeded } from "#domain/access/role-needed.ts";
import type { ChangeContext } from "#domain/context.ts";
import { lockWorkspace } from "#domain/workspaces/lock-workspace.ts";
import { requireMember } from "./find-member.ts";

/**
 * Ends a membership; its identity policies go with it. An Admin removes Members only (ORG-5). Throws `not_found`,
 * `forbidden`.
 */
export async function removeMember(
  { tx, authorization: { target, role } }: ChangeContext,
  { userId }: { userId: string },
): Promise<void> {
  const { id: workspaceId } = await lockWorkspace(tx, target.id);
  const place = { organizationId: tx.organizationId, workspaceId };
  const { membership } = await requireMember(tx.db, place, userId);
  if (role !== "Owner" && membership.role !== "Member")
    throw roleNeeded("removeMember", role, "Owner", "Only the Owner removes Admins.");
  await tx.db
    .delete(memberships)
    .where(
      and(
        eq(memberships.organizationId, tx.organizationId),
        eq(memberships.workspaceId, workspaceId),
        eq(memberships.principalId, membership.principalId),
      ),
    );
}
