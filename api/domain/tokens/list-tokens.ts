import { and, asc, eq, gt } from "drizzle-orm";
import { apiTokens } from "#db/schema/principals.ts";
import type { Site } from "#domain/site.ts";
import { cursorKey, pageOf, type PageQuery } from "#domain/page.ts";
import { presentToken } from "./present-token.ts";

/** The API tokens of a principal, revoked and expired ones too, without their secrets. */
export async function listTokens(site: Site, principalId: string, query: PageQuery) {
  const after = cursorKey(query);
  const rows = await site.database.read
    .select()
    .from(apiTokens)
    .where(
      and(
        eq(apiTokens.principalId, principalId),
        after === null ? undefined : gt(apiTokens.id, after),
      ),
    )
    .orderBy(asc(apiTokens.id))
    .limit(query.limit + 1);
  return pageOf(rows, query, (row) => row.id, presentToken);
}
