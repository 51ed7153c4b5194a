import { and, asc, eq, gt, isNull } from "drizzle-orm";
import { principals } from "#db/schema/principals.ts";
import type { ReadContext } from "#domain/context.ts";
import { cursorKey, pageOf, type PageQuery } from "#domain/page.ts";
import { presentServiceAccount } from "./present-service-account.ts";

/** The service accounts of the Organization. */
export async function listServiceAccounts(
  { site, authorization: { target } }: ReadContext,
  query: PageQuery,
) {
  const after = cursorKey(query);
  const rows = await site.database.read
    .select()
    .from(principals)
    .where(
      and(
        eq(principals.organizationId, target.organizationId),
        isNull(principals.disabledAt),
        after === null ? undefined : gt(principals.id, after),
      ),
    )
    .orderBy(asc(principals.id))
    .limit(query.limit + 1);
  return pageOf(rows, query, (row) => row.id, presentServiceAccount);
}
