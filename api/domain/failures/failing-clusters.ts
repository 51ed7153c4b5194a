import type { Cluster } from "#ports/cluster.ts";
import { canFailOnDemand, type FailureInjection } from "#ports/failure-injection.ts";
import type { Site } from "#domain/site.ts";

/** The clusters of the site, or of one region, that can be made to fail. */
export function failingClusters(site: Site, region?: string): (Cluster & FailureInjection)[] {
  return [...site.clusters.values()]
    .filter((cluster) => region === undefined || cluster.region === region)
    .filter(canFailOnDemand);
}
