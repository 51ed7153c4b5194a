import type { ReadContext } from "#domain/context.ts";
import { DomainError } from "#domain/errors.ts";
import { ClusterUnavailable } from "#ports/cluster.ts";
import { readView } from "./resource-view.ts";

/** The last lines of a workload's log, oldest first (RES-6); none when nothing of it is left. Throws `unavailable`. */
export async function readLogs(
  { site, authorization: { target } }: ReadContext,
  options: { tailLines: number },
): Promise<{ lines: string[] }> {
  const view = await readView(site.database.pool, target);
  const cluster = site.clusters.get(view.clusterId);
  try {
    return { lines: (await cluster?.logs(view.workspaceId, view.id, options)) ?? [] };
  } catch (error) {
    if (!(error instanceof ClusterUnavailable)) throw error;
    throw new DomainError(
      "unavailable",
      `The cluster in ${view.region} does not answer. Try again in a moment.`,
      { retryAfterSeconds: 5 },
    );
  }
}
