import { and, eq } from "drizzle-orm";
import { invitations } from "#db/schema/invitations.ts";
import { roleNeeded } from "#domain/access/role-needed.ts";
import type { ChangeContext } from "#domain/context.ts";
import { DomainError } from "#domain/errors.ts";
import { lockWorkspace } from "#domain/workspaces/lock-workspace.ts";
import { revokePending } from "./end-invitations.ts";

/**
 * Revokes an invitation; once is enough. An Admin revokes those of Members only (ORG-5). Throws `forbidden`,
 * `invitation_used`.
 */
export async function revokeInvitation(ctx: ChangeContext): Promise<void> {
  const { tx, authorization } = ctx;
  const { target } = authorization;
  // The same lock as of accepting: one of them comes first.
  await lockWorkspace(tx, target.workspaceId!);
  const [found] = await tx.db
    .select({ role: invitations.role, acceptedAt: invitations.acceptedAt })
    .from(invitations)
    .where(and(eq(invitations.organizationId, tx.organizationId), eq(invitations.id, target.id)));
  if (authorization.role !== "Owner" && found!.role !== "Member")
    throw roleNeeded(
      "revokeInvitation",
      authorization.role,
      "Owner",
      "Only the Owner revokes invitations of Admins.",
    );
  if (found!.acceptedAt !== null)
    throw new DomainError(
      "invitation_used",
      "It has been accepted. Remove the member instead, if that is what you want.",
    );
  await revokePending(ctx, eq(invitations.id, target.id));
}
