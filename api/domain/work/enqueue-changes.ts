import type { Database } from "#db/database.ts";
import type { ObjectChange } from "#ports/cluster.ts";
import { AGAIN, type WorkKind } from "./enqueue.ts";

// Due since a minute, so that news goes before requests, but before none that has waited for longer. In order of key, so that
// two replicas never wait for each other; of each kind by itself, because a deletion asks for the volume before the resource.
const into = (kind: WorkKind, table: "resources" | "volumes") => `
  insert into work_items (kind, key, cluster_id, organization_id, due_at, run_after)
  select '${kind}', id, cluster_id, organization_id, site_now() - interval '1 minute',
    date_trunc('milliseconds', clock_timestamp())
  from ${table} where id = any ($1) and cluster_id = $2 and deleted_at is null order by id ${AGAIN}`;

const ENQUEUE = {
  workload: into("reconcileResource", "resources"),
  volume: into("reconcileVolume", "volumes"),
};

/**
 * Has everything that changed on a cluster looked at, ahead of what was requested within the last minute: in a burst of
 * creations, what runs is told to run. Objects that the database does not know are the sweep's.
 */
export async function enqueueChanges(
  database: Database,
  clusterId: string,
  changes: ObjectChange[],
): Promise<void> {
  for (const object of ["workload", "volume"] as const) {
    const ids = changes.filter((change) => change.object === object).map((change) => change.id);
    if (ids.length > 0)
      await database.pool.query({
        name: `enqueue changed ${object}`,
        text: ENQUEUE[object],
        values: [ids, clusterId],
      });
  }
}
