import * as contract from "#contract/invitations.ts";
import { acceptInvitation } from "#domain/invitations/accept-invitation.ts";
import { createInvitation } from "#domain/invitations/create-invitation.ts";
import { getInvitation } from "#domain/invitations/get-invitation.ts";
import { listInvitations } from "#domain/invitations/list-invitations.ts";
import { revokeInvitation } from "#domain/invitations/revoke-invitation.ts";
import { mountChange, mountRead, mountSelfChange, type Mounting } from "#http/mount.ts";
import { invitationPage } from "./invitation-page.ts";

export function invitationRoutes(mounting: Mounting): void {
  mountChange(mounting, contract.createInvitation, (ctx, { body }) => createInvitation(ctx, body), {
    auditDetails: ({ email, role }) => ({ email, role }),
  });
  mountRead(mounting, contract.listInvitations, (ctx, { query }) => listInvitations(ctx, query));
  mountRead(mounting, contract.getInvitation, (ctx) => getInvitation(ctx));
  mountChange(mounting, contract.revokeInvitation, (ctx) => revokeInvitation(ctx));
  mountSelfChange(
    mounting,
    contract.acceptInvitation,
    (ctx, { body }) => acceptInvitation(ctx, body),
    { auditDetails: ({ role }) => ({ role }) },
  );
  invitationPage(mounting.app);
}
