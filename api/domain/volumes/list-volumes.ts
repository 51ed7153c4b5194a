import { and, asc, eq, gt, inArray } from "drizzle-orm";
import { volumes } from "#db/schema/resources.ts";
import type { ReadContext } from "#domain/context.ts";
import { cursorKey, pageOf, type PageQuery } from "#domain/page.ts";
import { readableRegions } from "#domain/resources/readable-regions.ts";
import { refuseUnusedService } from "#domain/resources/refuse-unused-service.ts";
import { presentVolume } from "./present-volume.ts";
import { selectVolumeViews, toVolumeView } from "./volume-view.ts";

/** The separate volumes of a Workspace, in regions where the caller may read them. Throws `service_not_enabled`. */
export async function listVolumes(ctx: ReadContext, query: PageQuery) {
  const { site, authorization } = ctx;
  const after = cursorKey(query);
  const regions = readableRegions(authorization, "container");
  const rows = await selectVolumeViews(
    site.database.read,
    and(
      eq(volumes.organizationId, authorization.target.organizationId),
      eq(volumes.workspaceId, authorization.target.id),
      regions === "all" ? undefined : inArray(volumes.region, regions),
      after === null ? undefined : gt(volumes.id, after),
    ),
  )
    .orderBy(asc(volumes.id))
    .limit(query.limit + 1);
  if (rows.length === 0) await refuseUnusedService(ctx, "container");
  return pageOf(rows.map(toVolumeView), query, (view) => view.id, presentVolume);
}
