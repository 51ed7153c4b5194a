import { and, eq, inArray, isNull, type SQL } from "drizzle-orm";
import { invitations } from "#db/schema/invitations.ts";
import { auditActor } from "#domain/access/actor.ts";
import { recordAudit } from "#domain/audit/record.ts";
import type { ChangeContext } from "#domain/context.ts";
import { publicId } from "#domain/ids.ts";
import { withdrawMail } from "#domain/mail/withdraw-mail.ts";
import { invitationCause } from "./invitation-mail.ts";

type Because = "replaced" | "inviterLostRole";

/** Revokes the pending invitations that `which` matches, each with an event that says why; their mails are not sent. */
export async function endInvitations(
  ctx: ChangeContext,
  which: SQL | undefined,
  because: Because,
): Promise<void> {
  for (const { id, workspaceId } of await revokePending(ctx, which)) {
    await recordAudit(ctx.tx, {
      organizationId: ctx.tx.organizationId,
      workspaceId,
      actor: auditActor(ctx.actor),
      scope: "Workspace",
      category: "Invitations",
      action: "revokeInvitation",
      target: { kind: "invitation", id: publicId("invitation", id) },
      outcome: "SUCCESS",
      details: { because },
      requestId: ctx.requestId,
      sourceAddress: ctx.sourceAddress,
    });
  }
}

/** Revokes the invitations of somebody who may invite to a Workspace no longer. */
export async function endInvitationsOf(
  ctx: ChangeContext,
  { workspaceId, principalId }: { workspaceId: string; principalId: string },
): Promise<void> {
  const which = and(
    eq(invitations.workspaceId, workspaceId),
    eq(invitations.invitedBy, principalId),
  );
  await endInvitations(ctx, which, "inviterLostRole");
}

/** Revokes without an event. Answers what was pending. */
export async function revokePending({ tx }: Pick<ChangeContext, "tx">, which: SQL | undefined) {
  const pending = await tx.db
    .select({ id: invitations.id })
    .from(invitations)
    .where(
      and(
        eq(invitations.organizationId, tx.organizationId),
        isNull(invitations.acceptedAt),
        isNull(invitations.revokedAt),
        which,
      ),
    )
    .orderBy(invitations.id)
    .for("update");
  if (pending.length === 0) return [];
  const ids = pending.map(({ id }) => id);
  for (const id of ids) await withdrawMail(tx, invitationCause(id));
  return tx.db
    .update(invitations)
    .set({ revokedAt: tx.now })
    .where(inArray(invitations.id, ids))
    .returning({ id: invitations.id, workspaceId: invitations.workspaceId });
}
