import { and, asc, eq, gt } from "drizzle-orm";
import { apiTokens } from "#db/schema/principals.ts";
import type { Site } from "#domain/site.ts";
import { cursorKey, pageOf, type PageQuery } from "#domain/page.ts";
import { presentToken } from "./present-token.ts";

interface Holder {
  principalId: string;
  /** Only the tokens that work in this Workspace alone; null: all. */
  workspaceId: string | null;
}

/** The API tokens of a principal, revoked and expired ones too, without their secrets. */
export async function listTokens(
  site: Site,
  { principalId, workspaceId }: Holder,
  query: PageQuery,
) {
  const after = cursorKey(query);
  const rows = await site.database.read
    .select()
    .from(apiTokens)
    .where(
      and(
        eq(apiTokens.principalId, principalId),
        workspaceId === null ? undefined : eq(apiTokens.workspaceId, workspaceId),
        after === null ? undefined : gt(apiTokens.id, after),
      ),
    )
    .orderBy(asc(apiTokens.id))
    .limit(query.limit + 1);
  return pageOf(rows, query, (row) => row.id, presentToken);
}
