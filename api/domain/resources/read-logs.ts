import type { ReadContext } from "#domain/context.ts";
import { clusterAway } from "./cluster-away.ts";
import { readView } from "./resource-view.ts";

export interface LogsQuery {
  tailLines: number;
  sinceSeconds?: number | undefined;
}

/** The last lines of a workload's log, oldest first (RES-6); none when nothing of it is left. Throws `unavailable`. */
export async function readLogs(
  { site, authorization: { target } }: ReadContext,
  { tailLines, sinceSeconds }: LogsQuery,
): Promise<{ lines: string[] }> {
  const view = await readView(site.database.pool, target);
  const cluster = site.clusters.get(view.clusterId);
  if (cluster === undefined) return { lines: [] };
  const logs = cluster.logs(view.workspaceId, view.id, { tailLines, sinceSeconds });
  const lines = await Array.fromAsync(logs).catch((error) => {
    throw clusterAway(error, view.region);
  });
  return { lines };
}
