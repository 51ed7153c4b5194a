import { and, eq } from "drizzle-orm";
import { workspaceTemplates } from "#db/schema/organizations.ts";
import type { ChangeContext } from "#domain/context.ts";

/** Deletes a template; the containers made of it keep what it gave them. */
export async function deleteTemplate({
  tx,
  authorization: { target },
}: ChangeContext): Promise<void> {
  await tx.db
    .delete(workspaceTemplates)
    .where(
      and(
        eq(workspaceTemplates.organizationId, tx.organizationId),
        eq(workspaceTemplates.id, target.id),
      ),
    );
}
