import { and, eq } from "drizzle-orm";
import { identityAttachments, memberships } from "#db/schema/organizations.ts";
import type { ChangeContext } from "#domain/context.ts";
import { endInvitationsOf } from "#domain/invitations/end-invitations.ts";

interface Ending {
  readonly workspaceId: string;
  readonly principalId: string;
  /**
   * Whether the identity policies go with it. Only the Owner applies Policies to members, so only the Owner takes them
   * off: they would else be gone after a removal and a return.
   */
  readonly dropPolicies: boolean;
}

/** Ends a membership, and what its holder has invited to, in the transaction that holds the Workspace. */
export async function endMembership(ctx: ChangeContext, ending: Ending): Promise<void> {
  const { tx } = ctx;
  for (const table of ending.dropPolicies ? [memberships, identityAttachments] : [memberships]) {
    await tx.db
      .delete(table)
      .where(
        and(
          eq(table.organizationId, tx.organizationId),
          eq(table.workspaceId, ending.workspaceId),
          eq(table.principalId, ending.principalId),
        ),
      );
  }
  await endInvitationsOf(ctx, ending);
}
