import { and, asc, eq, gt } from "drizzle-orm";
import { resourceEvents } from "#db/schema/resources.ts";
import type { ReadContext } from "#domain/context.ts";
import { publicId } from "#domain/ids.ts";
import { cursorKey, pageOf, type PageQuery } from "#domain/page.ts";

/** What happened to a notebook or container, oldest first (RES-6). */
export async function listEvents(
  { site, authorization: { target } }: ReadContext,
  query: PageQuery,
) {
  const after = cursorKey(query);
  const rows = await site.database.read
    .select()
    .from(resourceEvents)
    .where(
      and(
        eq(resourceEvents.organizationId, target.organizationId),
        eq(resourceEvents.resourceId, target.id),
        after === null ? undefined : gt(resourceEvents.id, after),
      ),
    )
    .orderBy(asc(resourceEvents.id))
    .limit(query.limit + 1);
  return pageOf(
    rows,
    query,
    (row) => row.id,
    ({ id, at, code, message }) => ({
      id: publicId("resourceEvent", id),
      at: at.toISOString(),
      code,
      message,
    }),
  );
}
