import { and, asc, eq, gt, inArray, isNull } from "drizzle-orm";
import { workspaces } from "#db/schema/organizations.ts";
import type { ReadContext } from "#domain/context.ts";
import { cursorKey, pageOf, type PageQuery } from "#domain/page.ts";
import { presentWorkspace } from "./present-workspace.ts";

/** The Owner sees every Workspace, others those that they are members of (ORG-3). */
export async function listWorkspaces({ site, authorization }: ReadContext, query: PageQuery) {
  const { standing, target } = authorization;
  const after = cursorKey(query);
  const visible = standing.owner
    ? undefined
    : inArray(workspaces.id, [...standing.workspaces.keys()]);
  const rows = await site.database.read
    .select()
    .from(workspaces)
    .where(
      and(
        eq(workspaces.organizationId, target.organizationId),
        isNull(workspaces.deletedAt),
        visible,
        after === null ? undefined : gt(workspaces.id, after),
      ),
    )
    .orderBy(asc(workspaces.id))
    .limit(query.limit + 1);
  return pageOf(rows, query, (row) => row.id, presentWorkspace);
}
