import { and, asc, eq, gt } from "drizzle-orm";
import { balanceAlerts } from "#db/schema/notices.ts";
import type { ReadContext } from "#domain/context.ts";
import { cursorKey, pageOf, type PageQuery } from "#domain/page.ts";
import { presentAlert } from "./present-alert.ts";

/** The Organization's balance alerts, oldest first. */
export async function listAlerts(
  { site, authorization: { target } }: ReadContext,
  query: PageQuery,
) {
  const after = cursorKey(query);
  const rows = await site.database.read
    .select()
    .from(balanceAlerts)
    .where(
      and(
        eq(balanceAlerts.organizationId, target.organizationId),
        after === null ? undefined : gt(balanceAlerts.id, after),
      ),
    )
    .orderBy(asc(balanceAlerts.id))
    .limit(query.limit + 1);
  return pageOf(rows, query, (row) => row.id, presentAlert);
}
