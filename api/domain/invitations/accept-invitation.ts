import { remedy } from "@aifactory/sdk/policy";
import { eq, sql } from "drizzle-orm";
import { invitations } from "#db/schema/invitations.ts";
import { memberships } from "#db/schema/organizations.ts";
import { principals } from "#db/schema/principals.ts";
import type { Tx } from "#db/tenant.ts";
import type { PrincipalActor } from "#domain/access/actor.ts";
import { refusal } from "#domain/access/refusal.ts";
import type { SelfChangeContext } from "#domain/context.ts";
import { DomainError } from "#domain/errors.ts";
import { publicId } from "#domain/ids.ts";
import { requireSignIn } from "#domain/principals/require-sign-in.ts";
import { hashSecret } from "#domain/principals/secrets.ts";
import { placed, requireAcceptable } from "./require-acceptable.ts";
import type { InvitationView } from "./read-invitations.ts";
import { sameAddress } from "./same-address.ts";

type Row = InvitationView["invitation"];

/**
 * Makes the person behind a verified address a member (ORG-5), once. Throws `sign_in_required`, `email_not_verified`,
 * `invitation_not_found`, and to whom it was sent `invitation_used`, `invitation_revoked`, `invitation_expired`,
 * `already_member`, `owner_needs_no_membership`.
 */
export async function acceptInvitation(
  { tx, actor }: SelfChangeContext,
  { code }: { code: string },
) {
  requireSignIn(actor, "An API token carries no verified e-mail, so it accepts no invitation.");
  const email = requireVerifiedEmail(actor);
  const invitation = await lockByCode(tx, code);
  // One answer, so that a stranger with the code does not learn that it is one.
  if (invitation === undefined) throw unknown(email);
  if (!sameAddress(invitation.email, email)) throw placed(unknown(email), invitation);
  const place = await requireAcceptable(tx, invitation, actor);
  await join(tx, invitation, actor, email);
  return {
    id: publicId("invitation", invitation.id),
    organizationId: publicId("organization", invitation.organizationId),
    organizationName: place.organization,
    workspaceId: publicId("workspace", invitation.workspaceId),
    workspaceName: place.workspace,
    role: invitation.role,
  };
}

function requireVerifiedEmail({ credential }: PrincipalActor): string {
  if (credential.verifiedEmail !== null) return credential.verifiedEmail;
  throw refusal(
    "email_not_verified",
    "Your sign-in carries no e-mail address that the identity provider has verified. Have it verified there, then sign in again.",
    { layer: "token", remedy: remedy({ credential: "signIn" }) },
  );
}

/** Found by its code, and alone in its Workspace for this transaction: of several at once one accepts. */
async function lockByCode(tx: Tx, code: string): Promise<Row | undefined> {
  const [found] = await tx.db
    .select()
    .from(invitations)
    .where(eq(invitations.codeHash, hashSecret(code)));
  if (found === undefined) return undefined;
  await tx.db.execute(sql`select from workspaces where id = ${found.workspaceId} for update`);
  return found;
}

async function join(
  { db, now }: Tx,
  { id, organizationId, workspaceId, role }: Row,
  { principalId }: PrincipalActor,
  email: string,
): Promise<void> {
  await db
    .insert(memberships)
    .values({ organizationId, workspaceId, principalId, role, createdAt: now });
  await db
    .update(invitations)
    .set({ acceptedAt: now, acceptedBy: principalId })
    .where(eq(invitations.id, id));
  // The list of members then names the address that was invited.
  await db
    .update(principals)
    .set({ email, emailVerified: true })
    .where(eq(principals.id, principalId));
}

function unknown(email: string): DomainError {
  return new DomainError(
    "invitation_not_found",
    `There is no such invitation for ${email}. Sign in with the address that the mail was sent to, or ask for a new one.`,
  );
}
