import type { Database } from "#db/database.ts";
import { enqueueChanges } from "#domain/work/enqueue-changes.ts";
import type { WorkHandler } from "#domain/work/types.ts";
import type { ObjectRef } from "#ports/cluster.ts";
import { clusterOf, type ReconcileDependencies } from "./dependencies.ts";
import { findUnsettled } from "./find-unsettled.ts";

/**
 * Brings cluster and database together, both ways: removes what the database does not know as living on this cluster,
 * and looks at everything that it does. What holds data goes only where the database knows that it has ended, so that an
 * empty or wrong database costs nobody's data. Run when a replica takes a cluster over, and now and then.
 */
export function sweepCluster(site: ReconcileDependencies): WorkHandler {
  return async (item) => {
    const cluster = clusterOf(site, item.key);
    // Listed first: a row is always there before its object, so what has no row now never will have one.
    const listed = await cluster.list();
    const living = await livingOn(site.database, item.key);
    await enqueueChanges(site.database, item.key, await findUnsettled(site.database, cluster));
    const endedVolumes = await endedAmong(site.database, "volumes", idsOf(listed.volumes));
    const { ended, living: workspaces } = await workspacesAmong(site.database, listed.workspaces);
    await eachApart([
      ...orphans(listed.workloads, living.workload).map(
        ({ workspaceId, id }) =>
          () =>
            cluster.deleteWorkload(workspaceId, id),
      ),
      ...orphans(listed.volumes, living.volume)
        .filter(({ id }) => endedVolumes.has(id))
        .map(
          ({ workspaceId, id }) =>
            () =>
              cluster.deleteVolume(workspaceId, id),
        ),
      ...ended.map((id) => () => cluster.deleteWorkspace(id)),
      ...workspaces.map((id) => () => cluster.restoreWorkspace(id)),
    ]);
  };
}

const AT_ONCE = 8;

/** One that the cluster refuses keeps none of the others waiting. Throws what was thrown first, once all are done. */
async function eachApart(works: (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  const queue = works.values();
  const hand = async () => {
    for (const work of queue) await work().catch((error) => failures.push(error));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, hand));
  if (failures.length > 0) throw failures[0];
}

const orphans = (listed: ObjectRef[], living: Set<string>) =>
  listed.filter(({ id }) => !living.has(id));

async function livingOn(database: Database, clusterId: string) {
  const { rows } = await database.pool.query<{ object: "workload" | "volume"; id: string }>(
    `select 'workload' as object, id from resources where cluster_id = $1 and deleted_at is null
     union all select 'volume', id from volumes where cluster_id = $1 and deleted_at is null`,
    [clusterId],
  );
  const living = { workload: new Set<string>(), volume: new Set<string>() };
  for (const { object, id } of rows) living[object].add(id);
  return living;
}

const idsOf = (listed: ObjectRef[]) => listed.map(({ id }) => id);

async function endedAmong(
  { pool }: Database,
  table: "volumes" | "workspaces",
  ids: string[],
): Promise<Set<string>> {
  const { rows } = await pool.query<{ id: string }>(
    `select id from ${table} where id = any ($1::uuid[]) and deleted_at is not null`,
    [ids],
  );
  return new Set(rows.map(({ id }) => id));
}

async function workspacesAmong(database: Database, ids: string[]) {
  const ended = await endedAmong(database, "workspaces", ids);
  const { rows } = await database.pool.query<{ id: string }>(
    "select id from workspaces where id = any ($1::uuid[]) and deleted_at is null",
    [ids],
  );
  return { ended: [...ended], living: rows.map(({ id }) => id) };
}
