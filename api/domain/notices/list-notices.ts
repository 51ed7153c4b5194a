import { and, desc, eq, inArray, lt } from "drizzle-orm";
import { notices } from "#db/schema/notices.ts";
import type { ReadContext } from "#domain/context.ts";
import { cursorKey, pageOf, type PageQuery } from "#domain/page.ts";
import { presentNotice } from "./present-notice.ts";

/**
 * Notices, newest first: of an Organization all of them, for the Owner; of a Workspace those for its Admins, who see
 * spending and notebooks but no balance (RBAC-4).
 */
export async function listNotices(
  { site, authorization: { target } }: ReadContext,
  query: PageQuery,
) {
  const before = cursorKey(query);
  const ofWorkspace = and(
    eq(notices.workspaceId, target.id),
    inArray(notices.audience, ["workspace", "person"]),
  );
  const rows = await site.database.read
    .select()
    .from(notices)
    .where(
      and(
        eq(notices.organizationId, target.organizationId),
        target.kind === "workspace" ? ofWorkspace : undefined,
        before === null ? undefined : lt(notices.id, before),
      ),
    )
    .orderBy(desc(notices.id))
    .limit(query.limit + 1);
  return pageOf(rows, query, (row) => row.id, presentNotice);
}
