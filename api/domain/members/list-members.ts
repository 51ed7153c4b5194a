import { and, asc, eq, gt } from "drizzle-orm";
import { memberships } from "#db/schema/organizations.ts";
import { principals } from "#db/schema/principals.ts";
import type { ReadContext } from "#domain/context.ts";
import { cursorKey, pageOf, type PageQuery } from "#domain/page.ts";
import { presentMember } from "./present-member.ts";

/** The members of a Workspace, service accounts among them; the Owner needs no membership. */
export async function listMembers(
  { site, authorization: { target } }: ReadContext,
  query: PageQuery,
) {
  const after = cursorKey(query);
  const rows = await site.database.read
    .select({ membership: memberships, principal: principals })
    .from(memberships)
    .innerJoin(principals, eq(principals.id, memberships.principalId))
    .where(
      and(
        eq(memberships.organizationId, target.organizationId),
        eq(memberships.workspaceId, target.id),
        after === null ? undefined : gt(memberships.principalId, after),
      ),
    )
    .orderBy(asc(memberships.principalId))
    .limit(query.limit + 1);
  return pageOf(rows, query, (row) => row.principal.id, presentMember);
}
