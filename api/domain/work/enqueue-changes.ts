import type { Database } from "#db/database.ts";
import type { ObjectChange } from "#ports/cluster.ts";
import { AGAIN } from "./enqueue.ts";

// In order of key, so that two replicas never wait for each other; of each kind by itself, because a deletion asks for the
// volume before the resource.
const ENQUEUE = {
  workload: `insert into work_items (kind, key, cluster_id, organization_id, due_at, run_after)
    select 'reconcileResource', id, cluster_id, organization_id, site_now(), date_trunc('milliseconds', clock_timestamp())
    from resources where id = any ($1) and cluster_id = $2 and deleted_at is null order by id ${AGAIN}`,
  volume: `insert into work_items (kind, key, cluster_id, organization_id, due_at, run_after)
    select 'reconcileVolume', id, cluster_id, organization_id, site_now(), date_trunc('milliseconds', clock_timestamp())
    from volumes where id = any ($1) and cluster_id = $2 and deleted_at is null order by id ${AGAIN}`,
};

/** Has everything that changed on a cluster looked at. Objects that the database does not know are the sweep's. */
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
