import { publicId } from "#domain/ids.ts";
import type { InvitationView } from "./read-invitations.ts";

/** An invitation as the API shows it: never with its code. */
export function presentInvitation({ invitation, inviterKind, status }: InvitationView) {
  return {
    id: publicId("invitation", invitation.id),
    organizationId: publicId("organization", invitation.organizationId),
    workspaceId: publicId("workspace", invitation.workspaceId),
    email: invitation.email,
    role: invitation.role,
    status,
    invitedBy: publicId(inviterKind, invitation.invitedBy),
    createdAt: invitation.createdAt.toISOString(),
    expiresAt: invitation.expiresAt.toISOString(),
    acceptedAt: invitation.acceptedAt?.toISOString() ?? null,
    acceptedBy: invitation.acceptedBy === null ? null : publicId("user", invitation.acceptedBy),
    revokedAt: invitation.revokedAt?.toISOString() ?? null,
  };
}
