import { and, eq } from "drizzle-orm";
import { memberships } from "#db/schema/organizations.ts";
import { roleNeeded } from "#domain/access/role-needed.ts";
import type { ChangeContext } from "#domain/context.ts";
import { DomainError, notFound } from "#domain/errors.ts";
import { endInvitationsOf } from "#domain/invitations/end-invitations.ts";
import { lockWorkspace } from "#domain/workspaces/lock-workspace.ts";
import { findCandidate, type Candidate } from "./find-candidate.ts";
import { findMember } from "./find-member.ts";
import { presentMember, type MemberRow } from "./present-member.ts";

interface Input {
  userId: string;
  role: "Admin" | "Member";
}

/**
 * Adds a member or sets the role (ORG-5). An Admin only adds, as Member, somebody known to the Organization. Throws
 * `not_found`, `forbidden`, `owner_needs_no_membership`.
 */
export async function putMember(ctx: ChangeContext, input: Input) {
  const { tx } = ctx;
  const { id: workspaceId } = await lockWorkspace(tx, ctx.authorization.target.id);
  const place = { organizationId: tx.organizationId, workspaceId };
  const current = await findMember(tx.db, place, input.userId);
  if (current?.membership.role === input.role) return presentMember(current);
  if (current !== undefined) return presentMember(await changeRole(ctx, current, input.role));

  const candidate = await findCandidate(tx, input.userId);
  refuseCandidate(ctx, candidate, input.role);
  const { principal } = candidate;
  const [membership] = await tx.db
    .insert(memberships)
    .values({ ...place, principalId: principal.id, role: input.role, createdAt: tx.now })
    .returning();
  return presentMember({ membership: membership!, principal });
}

async function changeRole(
  ctx: ChangeContext,
  current: MemberRow,
  role: Input["role"],
): Promise<MemberRow> {
  const { tx, authorization } = ctx;
  if (authorization.role !== "Owner")
    throw roleNeeded("putMember", authorization.role, "Owner", "Only the Owner changes roles.");
  const [membership] = await tx.db
    .update(memberships)
    .set({ role })
    .where(
      and(
        eq(memberships.organizationId, tx.organizationId),
        eq(memberships.workspaceId, current.membership.workspaceId),
        eq(memberships.principalId, current.principal.id),
      ),
    )
    .returning();
  if (role === "Member") await endInvitationsOf(ctx, membership!);
  return { ...current, membership: membership! };
}

function refuseCandidate(
  { authorization }: ChangeContext,
  { isOwner, knownHere }: Candidate,
  role: Input["role"],
): void {
  // Whether somebody of whom the Organization knows nothing exists is not for its Admins to find out (RBAC-6).
  if (authorization.role !== "Owner" && !knownHere) throw notFound("user");
  if (isOwner) {
    throw new DomainError(
      "owner_needs_no_membership",
      "The Owner may do everything in every Workspace, and needs no membership.",
    );
  }
  if (authorization.role === "Owner" || role === "Member") return;
  throw roleNeeded(
    "putMember",
    authorization.role,
    "Owner",
    "An Admin adds Members; only the Owner makes somebody an Admin.",
  );
}
