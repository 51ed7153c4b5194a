import { and, eq } from "drizzle-orm";
import { memberships, organizations, workspaces } from "#db/schema/organizations.ts";
import { invitations } from "#db/schema/invitations.ts";
import type { Tx } from "#db/tenant.ts";
import type { PrincipalActor } from "#domain/access/actor.ts";
import { DomainError, PlacedError } from "#domain/errors.ts";
import { publicId } from "#domain/ids.ts";
import { readInvitations, type InvitationView } from "./read-invitations.ts";

type Row = InvitationView["invitation"];

/**
 * What an invitation is to, when it still holds and the person has no role there. Throws `invitation_used`,
 * `invitation_revoked`, `invitation_expired`, `already_member`, `owner_needs_no_membership`.
 */
export async function requireAcceptable(tx: Tx, { id }: Row, { principalId }: PrincipalActor) {
  const [view] = await readInvitations(tx.db).where(eq(invitations.id, id));
  const { invitation, status } = view!;
  if (status !== "PENDING") throw placed(ended(status), invitation);
  const [place] = await tx.db
    .select({
      organization: organizations.name,
      ownerId: organizations.ownerId,
      workspace: workspaces.name,
      member: memberships.principalId,
    })
    .from(workspaces)
    .innerJoin(organizations, eq(organizations.id, workspaces.organizationId))
    .leftJoin(
      memberships,
      and(eq(memberships.workspaceId, workspaces.id), eq(memberships.principalId, principalId)),
    )
    .where(eq(workspaces.id, invitation.workspaceId));
  if (place!.ownerId === principalId)
    throw placed(
      new DomainError(
        "owner_needs_no_membership",
        "You own this Organization: you may do everything in every Workspace, and need no membership.",
      ),
      invitation,
    );
  if (place!.member !== null)
    throw placed(
      new DomainError(
        "already_member",
        "You are a member of this Workspace already. An invitation changes no role; the Owner does.",
      ),
      invitation,
    );
  return place!;
}

function ended(status: Exclude<InvitationView["status"], "PENDING">): DomainError {
  const [code, detail] = {
    ACCEPTED: ["invitation_used", "This invitation has been accepted already."],
    REVOKED: ["invitation_revoked", "This invitation holds no longer. Ask for a new one."],
    EXPIRED: ["invitation_expired", "This invitation has expired. Ask for a new one."],
  }[status] as [string, string];
  return new DomainError(code, detail);
}

/** The refusal belongs to the log of the Workspace, though the caller is nobody there. */
export function placed(error: DomainError, { id, organizationId, workspaceId }: Row): PlacedError {
  const target = { kind: "invitation", id: publicId("invitation", id) };
  return new PlacedError(error, { organizationId, workspaceId, target });
}
