import { and, eq } from "drizzle-orm";
import { identityAttachments, memberships } from "#db/schema/organizations.ts";
import { principals } from "#db/schema/principals.ts";
import type { ChangeContext } from "#domain/context.ts";

/** Ends a service account: its tokens die at once, its memberships and their Policies go, what it created stays (ID-4). */
export async function deleteServiceAccount({
  tx,
  authorization: { target },
}: ChangeContext): Promise<void> {
  const { db, organizationId } = tx;
  await db
    .update(principals)
    .set({ disabledAt: tx.now })
    .where(and(eq(principals.organizationId, organizationId), eq(principals.id, target.id)));
  for (const table of [identityAttachments, memberships]) {
    await db
      .delete(table)
      .where(and(eq(table.organizationId, organizationId), eq(table.principalId, target.id)));
  }
}
