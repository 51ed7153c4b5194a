import type { Database } from "#db/database.ts";
import type { ObjectChange } from "#ports/cluster.ts";
import { AGAIN } from "./enqueue.ts";

// In order of key, so that two replicas never wait for each other.
const ENQUEUE = `
  insert into work_items (kind, key, cluster_id, organization_id, due_at, run_after)
  select kind, id, $1, organization_id, site_now(), date_trunc('milliseconds', clock_timestamp())
  from (
    select 'reconcileResource' as kind, id, organization_id from resources
    where id = any ($2) and cluster_id = $1 and deleted_at is null
    union all
    select 'reconcileVolume', id, organization_id from volumes
    where id = any ($3) and cluster_id = $1 and deleted_at is null
  ) changed order by kind, id ${AGAIN}`;

/** Has everything that changed on a cluster looked at. Objects that the database does not know are the sweep's. */
export async function enqueueChanges(
  database: Database,
  clusterId: string,
  changes: ObjectChange[],
): Promise<void> {
  const idsOf = (object: ObjectChange["object"]) =>
    changes.filter((change) => change.object === object).map((change) => change.id);
  await database.pool.query({
    name: "enqueue changes",
    text: ENQUEUE,
    values: [clusterId, idsOf("workload"), idsOf("volume")],
  });
}
