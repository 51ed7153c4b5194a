import { Scalar } from "@scalar/hono-api-reference";
import * as contract from "#contract/site.ts";
import { openApiDocument } from "#contract/openapi.ts";
import { DomainError } from "#domain/errors.ts";
import type { Site } from "#domain/site.ts";
import { isFollowed, type Cluster } from "#ports/cluster.ts";
import type { Mounting } from "#http/mount.ts";

/** Health, readiness, the API description and its page: open to all (ID-1). */
export function siteRoutes({ app, site }: Mounting, ready: () => Promise<boolean>): void {
  const document = JSON.stringify(openApiDocument());
  app.get(contract.getHealth.path, (c) => c.json({ status: "ok" }));
  app.get(contract.getReadiness.path, async (c) => {
    if (!(await ready()))
      throw new DomainError(
        "unavailable",
        "Not ready yet: the database does not answer or the worker is not running.",
        { retryAfterSeconds: 1 },
      );
    return c.json({ status: "ok", simulated: site.simulated, regions: regionsOf(site) });
  });
  app.get(contract.getOpenApi.path, (c) =>
    c.body(document, 200, { "content-type": "application/json" }),
  );
  app.get("/docs", Scalar({ url: "/openapi.json", pageTitle: "AI Factory" }));
}

const SILENT_MS = 180_000;

// A region that cannot be followed makes no replica unready: the other regions, and all that is read, go on.
function regionsOf({ catalogue, clusters }: Site) {
  return catalogue.regionIds.map((id) => ({
    id,
    followed: [...clusters.values()].filter(({ region }) => region === id).every(isHeard),
  }));
}

function isHeard(cluster: Cluster): boolean {
  if (!isFollowed(cluster)) return true;
  return Object.values(cluster.silence()).every((ms) => ms !== null && ms < SILENT_MS);
}
