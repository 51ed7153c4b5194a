import { and, asc, eq, gt, or, sql } from "drizzle-orm";
import { memberships, organizations, workspaces } from "#db/schema/organizations.ts";
import type { SelfContext } from "#domain/context.ts";
import { cursorKey, pageOf, type PageQuery } from "#domain/page.ts";
import { presentOrganization } from "./present-organization.ts";

/** The Organizations that the caller owns or is a member of; for a token of one Workspace, that one's only (ID-3). */
export async function listOrganizations({ site, actor }: SelfContext, query: PageQuery) {
  const after = cursorKey(query);
  const bound = actor.credential.workspaceId;
  const isMember = sql`exists (
    select from ${memberships} join ${workspaces} on ${workspaces.id} = ${memberships.workspaceId}
    where ${memberships.organizationId} = ${organizations.id} and ${memberships.principalId} = ${actor.principalId}
      and ${workspaces.deletedAt} is null)`;
  const hasBound = sql`exists (
    select from ${workspaces} where ${workspaces.organizationId} = ${organizations.id} and ${workspaces.id} = ${bound})`;
  const rows = await site.database.read
    .select()
    .from(organizations)
    .where(
      and(
        or(eq(organizations.ownerId, actor.principalId), isMember),
        bound === null ? undefined : hasBound,
        after === null ? undefined : gt(organizations.id, after),
      ),
    )
    .orderBy(asc(organizations.id))
    .limit(query.limit + 1);
  return pageOf(rows, query, (row) => row.id, presentOrganization);
}
