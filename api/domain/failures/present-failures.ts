import { inArray } from "drizzle-orm";
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import { resources } from "#db/schema/resources.ts";
import { publicId } from "#domain/ids.ts";
import type { Site } from "#domain/site.ts";
import type { InjectedFailure } from "#ports/failure-injection.ts";

/** Failures on demand as the API shows them; resources under their public ids. */
export async function presentFailures(
  site: Site,
  db: NodePgDatabase,
  failures: readonly InjectedFailure[],
) {
  const struck = failures.flatMap(({ match }) => match.resourceId ?? []);
  const rows =
    struck.length === 0
      ? []
      : await db
          .select({ id: resources.id, kind: resources.kind })
          .from(resources)
          .where(inArray(resources.id, struck));
  const shown = new Map(rows.map(({ id, kind }) => [id, publicId(kind, id)]));
  return failures.map(({ id, clusterId, match, failure, exitCode, count }) => ({
    id: publicId("failure", id),
    region: site.clusters.get(clusterId)!.region,
    failure,
    resourceId: match.resourceId === undefined ? null : (shown.get(match.resourceId) ?? null),
    image: match.image ?? null,
    remaining: count ?? null,
    exitCode: exitCode ?? null,
  }));
}
