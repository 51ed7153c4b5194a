import { and, eq, gt, isNull } from "drizzle-orm";
import { resources, volumes } from "#db/schema/resources.ts";
import type { Database } from "#db/database.ts";
import type { Cluster, ObjectChange } from "#ports/cluster.ts";
import type { ResourceRow } from "../resource-view.ts";
import { nextStep } from "./next-step.ts";
import { nextVolumeStep } from "./next-volume-step.ts";
import type { VolumeRow } from "./read-volume.ts";
import { isRecorded } from "./store-observation.ts";
import { isVolumeRecorded } from "./store-volume.ts";

const PAGE = 500;

/**
 * Looks at everything that lives on a cluster, and answers what is not as it was last recorded or not as it is desired: of
 * thousands that run, a takeover finds nothing to do for nearly all.
 */
export async function findUnsettled(database: Database, cluster: Cluster): Promise<ObjectChange[]> {
  const found: ObjectChange[] = [];
  for await (const row of livingResources(database, cluster.id)) {
    const { workspaceId, id } = row;
    const observed = await cluster.observeWorkload(workspaceId, id, row.observed);
    if (isRecorded(row, observed) && nextStep(row, observed) === null) continue;
    found.push({ object: "workload", workspaceId, id });
  }
  for await (const row of livingVolumes(database, cluster.id)) {
    const { workspaceId, id, observedAt } = row;
    const observed = await cluster.observeVolume(workspaceId, id, observedAt !== null);
    if (isVolumeRecorded(row, observed) && nextVolumeStep(row, observed, false) === null) continue;
    found.push({ object: "volume", workspaceId, id });
  }
  return found;
}

function livingResources({ read }: Database, clusterId: string): AsyncGenerator<ResourceRow> {
  const { clusterId: of, deletedAt, id } = resources;
  return paged((after) =>
    read
      .select()
      .from(resources)
      .where(and(eq(of, clusterId), isNull(deletedAt), after === null ? undefined : gt(id, after)))
      .orderBy(id)
      .limit(PAGE),
  );
}

function livingVolumes({ read }: Database, clusterId: string): AsyncGenerator<VolumeRow> {
  const { clusterId: of, deletedAt, id } = volumes;
  return paged((after) =>
    read
      .select()
      .from(volumes)
      .where(and(eq(of, clusterId), isNull(deletedAt), after === null ? undefined : gt(id, after)))
      .orderBy(id)
      .limit(PAGE),
  );
}

async function* paged<T extends { id: string }>(
  readAfter: (id: string | null) => Promise<T[]>,
): AsyncGenerator<T> {
  let rows: T[] = [];
  do {
    rows = await readAfter(rows.at(-1)?.id ?? null);
    yield* rows;
  } while (rows.length === PAGE);
}
