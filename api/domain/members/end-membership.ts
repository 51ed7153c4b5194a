import { and, eq } from "drizzle-orm";
import { identityAttachments, memberships } from "#db/schema/organizations.ts";
import type { TenantTx } from "#db/tenant.ts";

interface Ending {
  readonly workspaceId: string;
  readonly principalId: string;
  /**
   * Whether the identity policies go with it. Only the Owner applies Policies to members, so only the Owner takes them
   * off: they would else be gone after a removal and a return.
   */
  readonly dropPolicies: boolean;
}

/** Ends a membership, in the transaction that holds the Workspace. */
export async function endMembership(tx: TenantTx, ending: Ending): Promise<void> {
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
}
