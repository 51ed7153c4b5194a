import type { ReadContext } from "#domain/context.ts";
import { clusterAway } from "./cluster-away.ts";
import { readView } from "./resource-view.ts";

const MOST_CHARACTERS = 4 * 1_048_576;

export interface LogsQuery {
  tailLines: number;
  sinceSeconds?: number | undefined;
}

/**
 * The last lines of a workload's log, oldest first (RES-6), and no more than fit into one answer; none when nothing of it is
 * left. Throws `unavailable`.
 */
export async function readLogs(
  { site, authorization: { target } }: ReadContext,
  { tailLines, sinceSeconds }: LogsQuery,
): Promise<{ lines: string[] }> {
  const view = await readView(site.database.pool, target);
  const cluster = site.clusters.get(view.clusterId);
  if (cluster === undefined) return { lines: [] };
  const logs = cluster.logs(view.workspaceId, view.id, { tailLines, sinceSeconds });
  const lines = await newest(logs).catch((error) => {
    throw clusterAway(error, view.region);
  });
  return { lines };
}

/** As many of the newest lines as fit into one answer. */
async function newest(logs: AsyncIterable<string>): Promise<string[]> {
  const lines: string[] = [];
  let [first, characters] = [0, 0];
  for await (const line of logs) {
    characters += line.length;
    lines.push(line);
    while (characters > MOST_CHARACTERS) {
      characters -= lines[first]!.length;
      lines[first] = "";
      first += 1;
    }
  }
  return lines.slice(first);
}
