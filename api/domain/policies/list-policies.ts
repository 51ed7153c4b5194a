import { and, asc, eq, gt } from "drizzle-orm";
import { policies } from "#db/schema/organizations.ts";
import type { ReadContext } from "#domain/context.ts";
import { cursorKey, pageOf, type PageQuery } from "#domain/page.ts";
import { presentPolicy } from "./present-policy.ts";

/** Every Policy of the Organization; Admins may read them all (RBAC-2). */
export async function listPolicies(
  { site, authorization: { target } }: ReadContext,
  query: PageQuery,
) {
  const after = cursorKey(query);
  const rows = await site.database.read
    .select()
    .from(policies)
    .where(
      and(
        eq(policies.organizationId, target.organizationId),
        after === null ? undefined : gt(policies.id, after),
      ),
    )
    .orderBy(asc(policies.id))
    .limit(query.limit + 1);
  return pageOf(rows, query, (row) => row.id, presentPolicy);
}
