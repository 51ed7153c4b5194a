import { and, asc, eq, gt } from "drizzle-orm";
import { workspaceTemplates } from "#db/schema/organizations.ts";
import { principals } from "#db/schema/principals.ts";
import type { ReadContext } from "#domain/context.ts";
import { cursorKey, pageOf, type PageQuery } from "#domain/page.ts";
import { presentTemplate } from "./present-template.ts";

/** The templates that the Workspace saved (CAT-4); the operator's are in the catalogue. */
export async function listTemplates(
  { site, authorization: { target } }: ReadContext,
  query: PageQuery,
) {
  const after = cursorKey(query);
  const rows = await site.database.read
    .select({ template: workspaceTemplates, ownerKind: principals.kind })
    .from(workspaceTemplates)
    .innerJoin(principals, eq(principals.id, workspaceTemplates.ownerId))
    .where(
      and(
        eq(workspaceTemplates.organizationId, target.organizationId),
        eq(workspaceTemplates.workspaceId, target.id),
        after === null ? undefined : gt(workspaceTemplates.id, after),
      ),
    )
    .orderBy(asc(workspaceTemplates.id))
    .limit(query.limit + 1);
  return pageOf(rows, query, (row) => row.template.id, presentTemplate);
}
