import { and, eq } from "drizzle-orm";
import { quotas } from "#db/schema/organizations.ts";
import type { ChangeContext } from "#domain/context.ts";
import { notFound } from "#domain/errors.ts";

/** Removes the limit; what was spent goes on being counted (QUO-3). Throws `not_found` where there is no Quota. */
export async function deleteQuota({ tx, authorization: { target } }: ChangeContext): Promise<void> {
  const deleted = await tx.db
    .delete(quotas)
    .where(and(eq(quotas.organizationId, tx.organizationId), eq(quotas.workspaceId, target.id)))
    .returning({ workspaceId: quotas.workspaceId });
  if (deleted.length === 0) throw notFound("Quota");
}
