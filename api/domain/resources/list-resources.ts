import { and, asc, eq, gt, inArray, isNull } from "drizzle-orm";
import { resources } from "#db/schema/resources.ts";
import type { ReadContext } from "#domain/context.ts";
import { cursorKey, pageOf, type Page, type PageQuery } from "#domain/page.ts";
import { readableRegions } from "./readable-regions.ts";
import { refuseUnusedService } from "./refuse-unused-service.ts";
import { selectViews, toView, type ResourceKind, type ResourceView } from "./resource-view.ts";

/** A page of the living resources of one kind, in regions where the caller may read them (POL-3). */
export async function listResources<Item>(
  ctx: ReadContext,
  kind: ResourceKind,
  query: PageQuery,
  present: (view: ResourceView) => Item,
): Promise<Page<Item>> {
  const { site, authorization } = ctx;
  const { target } = authorization;
  const after = cursorKey(query);
  const regions = readableRegions(authorization, kind);
  const rows = await selectViews(
    site.database.read,
    and(
      eq(resources.organizationId, target.organizationId),
      eq(resources.workspaceId, target.id),
      eq(resources.kind, kind),
      isNull(resources.deletedAt),
      regions === "all" ? undefined : inArray(resources.region, regions),
      after === null ? undefined : gt(resources.id, after),
    ),
  )
    .orderBy(asc(resources.id))
    .limit(query.limit + 1);
  if (rows.length === 0) await refuseUnusedService(ctx, kind);
  const views = rows.map(toView);
  return pageOf(views, query, (view) => view.id, present);
}
