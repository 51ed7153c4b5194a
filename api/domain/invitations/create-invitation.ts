import { and, eq, isNull, sql } from "drizzle-orm";
import { invitations } from "#db/schema/invitations.ts";
import { organizations } from "#db/schema/organizations.ts";
import { roleNeeded } from "#domain/access/role-needed.ts";
import type { ChangeContext } from "#domain/context.ts";
import { DomainError, notFound } from "#domain/errors.ts";
import { newId } from "#domain/ids.ts";
import { enqueueMail } from "#domain/mail/enqueue-mail.ts";
import { hashSecret, newSecret } from "#domain/principals/secrets.ts";
import { holdWorkspace, lockWorkspace } from "#domain/workspaces/lock-workspace.ts";
import { endInvitations } from "./end-invitations.ts";
import { invitationMail } from "./invitation-mail.ts";
import { presentInvitation } from "./present-invitation.ts";
import { readInvitations } from "./read-invitations.ts";

const HOLDS_MS = 7 * 24 * 3_600_000;

/** 256 random bits, so nobody guesses one and guesses need no limit. */
const CODE_PREFIX = "aifinv_";

interface Input {
  email: string;
  role: "Admin" | "Member";
}

/**
 * Invites an address to a Workspace for 7 days of site time, in the place of what is pending for it; the code is in the
 * mail alone (ORG-5). Throws `forbidden`, `mail_not_configured`, `workspace_deleting`.
 */
export async function createInvitation(ctx: ChangeContext, input: Input) {
  const { tx, site, actor, authorization } = ctx;
  if (input.role === "Admin") requireOwner(ctx, "An Admin invites Members; the Owner, Admins too.");
  if (site.mail === null)
    throw new DomainError(
      "mail_not_configured",
      "This site sends no mail, so nobody can be invited by it. The operator sets SMTP_URL.",
    );
  await lockWorkspace(tx, authorization.target.id);
  const workspace = await holdWorkspace(tx, authorization.target.id);
  await replacePending(ctx, input);

  const code = newSecret(CODE_PREFIX);
  const [invitation] = await tx.db
    .insert(invitations)
    .values({
      id: newId(),
      organizationId: tx.organizationId,
      workspaceId: workspace.id,
      ...input,
      codeHash: hashSecret(code),
      invitedBy: actor.principalId,
      createdAt: tx.now,
      expiresAt: new Date(tx.now.getTime() + HOLDS_MS),
    })
    .returning();
  const [made] = await readInvitations(tx.db).where(eq(invitations.id, invitation!.id));
  // Whoever lost the role while this request waited for the Workspace invites nobody any more.
  if (made!.status !== "PENDING") throw notFound("workspace");
  const told = {
    invitation: invitation!,
    inviter: actor.email ?? actor.name,
    workspace: workspace.name,
    organization: await nameOfOrganization(ctx),
    link: site.mail.invitationLink(code),
  };
  await enqueueMail(tx, invitationMail(told));
  return presentInvitation(made!);
}

async function replacePending(ctx: ChangeContext, { email }: Input): Promise<void> {
  const { tx, authorization } = ctx;
  const same = and(
    eq(invitations.workspaceId, authorization.target.id),
    sql`lower(${invitations.email}) = lower(${email})`,
  );
  const pending = await tx.db
    .select({ role: invitations.role })
    .from(invitations)
    .where(and(same, isNull(invitations.acceptedAt), isNull(invitations.revokedAt)));
  if (pending.some(({ role }) => role === "Admin"))
    requireOwner(ctx, "The Owner has invited this address as Admin; only the Owner replaces that.");
  await endInvitations(ctx, same, "replaced");
}

function requireOwner({ authorization: { role } }: ChangeContext, detail: string): void {
  if (role !== "Owner") throw roleNeeded("createInvitation", role, "Owner", detail);
}

async function nameOfOrganization({ tx }: ChangeContext): Promise<string> {
  const [found] = await tx.db
    .select({ name: organizations.name })
    .from(organizations)
    .where(eq(organizations.id, tx.organizationId));
  return found!.name;
}
