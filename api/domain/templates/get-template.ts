import { and, eq } from "drizzle-orm";
import { workspaceTemplates } from "#db/schema/organizations.ts";
import { principals } from "#db/schema/principals.ts";
import type { ReadContext } from "#domain/context.ts";
import { notFound } from "#domain/errors.ts";
import { presentTemplate } from "./present-template.ts";

/** One template of a Workspace. */
export async function getTemplate({ site, authorization: { target } }: ReadContext) {
  const [row] = await site.database.read
    .select({ template: workspaceTemplates, ownerKind: principals.kind })
    .from(workspaceTemplates)
    .innerJoin(principals, eq(principals.id, workspaceTemplates.ownerId))
    .where(
      and(
        eq(workspaceTemplates.organizationId, target.organizationId),
        eq(workspaceTemplates.id, target.id),
      ),
    );
  if (row === undefined) throw notFound("template"); // Deleted since it was located.
  return presentTemplate(row);
}
