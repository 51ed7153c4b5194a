import type { invitations } from "#db/schema/invitations.ts";
import type { MailRequest } from "#domain/mail/enqueue-mail.ts";
import { oneLine } from "#domain/mail/one-line.ts";

interface Told {
  readonly invitation: typeof invitations.$inferSelect;
  readonly inviter: string;
  readonly workspace: string;
  readonly organization: string;
  readonly link: string;
}

/** The cause under which the mail of an invitation is sent once, or taken back. */
export function invitationCause(id: string): string {
  return `invitation:${id}`;
}

/** The mail of an invitation; the only place where its code is written. */
export function invitationMail(told: Told): MailRequest {
  const { invitation, link } = told;
  const [inviter, workspace] = [nameIn(told.inviter), nameIn(told.workspace)];
  const organization = nameIn(told.organization);
  return {
    cause: invitationCause(invitation.id),
    organizationId: invitation.organizationId,
    to: invitation.email,
    subject: `Invitation to the Workspace "${workspace}" of ${organization}`,
    text: [
      `${inviter} invites you to the Workspace "${workspace}" of the Organization "${organization}", as ${invitation.role}.`,
      "",
      `Accept until ${invitation.expiresAt.toISOString()}:`,
      "",
      link,
      "",
      `The link works once, and for whoever signs in with the verified address ${invitation.email}.`,
      "If you did not expect this, ignore it: nothing happens unless you accept.",
      "",
    ].join("\n"),
  };
}

function nameIn(name: string): string {
  return oneLine(name).slice(0, 100);
}
