import type { ReadContext } from "#domain/context.ts";
import { cursorKey, pageOf, type Page, type PageQuery } from "#domain/page.ts";
import { readableRegions } from "./readable-regions.ts";
import { refuseUnusedService } from "./refuse-unused-service.ts";
import type { ResourceKind } from "./resource-view.ts";
import { selectShown, toShown, type ShownResource, type ShownRow } from "./shown-resource.ts";

const BEFORE_ALL = "00000000-0000-0000-0000-000000000000";

/** A page of the living resources of one kind, in regions where the caller may read them (POL-3). */
export async function listResources<Item>(
  ctx: ReadContext,
  kind: ResourceKind,
  query: PageQuery,
  present: (resource: ShownResource) => Item,
): Promise<Page<Item>> {
  const { site, authorization } = ctx;
  const { organizationId, id: workspaceId } = authorization.target;
  const after = cursorKey(query) ?? BEFORE_ALL;
  const regions = readableRegions(authorization, kind);
  const { rows } = await site.database.pool.query<ShownRow>({
    name: `${kind}s of a workspace`,
    text: `${selectShown(kind)}
      where r.organization_id = $1 and r.workspace_id = $2 and r.kind = $3 and r.deleted_at is null
        and ($4::text[] is null or r.region = any ($4)) and r.id > $5 order by r.id limit $6`,
    values: [
      organizationId,
      workspaceId,
      kind,
      regions === "all" ? null : regions,
      after,
      query.limit + 1,
    ],
  });
  if (rows.length === 0) await refuseUnusedService(ctx, kind);
  return pageOf(
    rows,
    query,
    (row) => row.id,
    (row) => present(toShown(row)),
  );
}
