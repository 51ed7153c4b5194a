import type { Database } from "#db/database.ts";
import type { ObjectChange } from "#ports/cluster.ts";

// The same as `enqueue`, for many; in order of key, so that two replicas never wait for each other.
const again = `on conflict (kind, key) do update set
  due_at = least(work_items.due_at, excluded.due_at), run_after = excluded.run_after,
  revision = work_items.revision + 1, attempts = 0, parked_at = null, last_error = null`;

const ENQUEUE = {
  workload: `insert into work_items (kind, key, cluster_id, organization_id, due_at, run_after)
    select 'reconcileResource', id, cluster_id, organization_id, site_now(), date_trunc('milliseconds', clock_timestamp())
    from resources where id = any ($1) and cluster_id = $2 and deleted_at is null order by id ${again}`,
  volume: `insert into work_items (kind, key, cluster_id, organization_id, due_at, run_after)
    select 'reconcileVolume', id, cluster_id, organization_id, site_now(), date_trunc('milliseconds', clock_timestamp())
    from volumes where id = any ($1) and cluster_id = $2 and deleted_at is null order by id ${again}`,
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
