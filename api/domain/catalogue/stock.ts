import { sql } from "drizzle-orm";
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import type { Site } from "#domain/site.ts";
import type { Cluster, NodeCapacity } from "#ports/cluster.ts";
import { capacityOf } from "./capacity.ts";
import type { Flavor } from "./catalogue.ts";
import { afterPlacing, countFitting } from "./fit.ts";

/** What one cluster could still start: its free capacity less what was accepted and is not placed yet. */
export interface Stock {
  readonly cluster: Cluster;
  readonly nodes: readonly NodeCapacity[];
  /** False when the cluster has never answered: there may be room, nobody knows. */
  readonly known: boolean;
}

export interface StockQuestion {
  /** Asks the clusters now instead of using an answer of the last second. */
  fresh?: boolean;
  /** A resource whose claim does not count, because it is about to be given up. */
  without?: string;
}

/** The stock of clusters; stopped resources reserve nothing (CAT-3). One statement at a time goes through `db`. */
export async function readStock(
  { catalogue }: Site,
  db: NodePgDatabase,
  clusters: readonly Cluster[],
  { fresh = false, without }: StockQuestion = {},
): Promise<Stock[]> {
  let time: Promise<Date> | undefined;
  const clock = () => (time ??= siteTime(db));
  const capacities = await Promise.all(
    clusters.map(async (cluster) => ({
      cluster,
      capacity: await capacityOf(cluster, { clock, fresh }),
    })),
  );
  const taken = capacities.flatMap(({ cluster: { id }, capacity }) =>
    capacity === null ? [] : [{ id, takenAt: capacity.takenAt }],
  );
  const pending = await pendingSince(db, taken, without ?? null);
  return capacities.map(({ cluster, capacity }) => {
    if (capacity === null) return { cluster, nodes: [], known: false };
    const sizes = pending
      .filter((claim) => claim.clusterId === cluster.id)
      .flatMap((claim) => catalogue.flavor(claim.flavor) ?? []);
    return { cluster, nodes: afterPlacing(capacity.nodes, sizes), known: true };
  });
}

/** How many of a flavor could start in a region now. */
export function availableIn(stock: readonly Stock[], flavor: Flavor, region: string): number {
  return stock
    .filter(({ cluster }) => cluster.region === region)
    .reduce((sum, { nodes }) => sum + countFitting(nodes, flavor), 0);
}

// What was seen to be placed after the cluster was asked is in none of its numbers, so it counts as still to be placed.
async function pendingSince(
  db: NodePgDatabase,
  clusters: { id: string; takenAt: Date }[],
  without: string | null,
): Promise<{ clusterId: string; flavor: string }[]> {
  if (clusters.length === 0) return [];
  const { rows } = await db.execute<{ clusterId: string; flavor: string }>(sql`
    select r.cluster_id as "clusterId", r.flavor
    from json_to_recordset(${JSON.stringify(clusters)}) as c (id text, "takenAt" timestamptz) join resources r on r.cluster_id = c.id
    where r.deleted_at is null and r.id is distinct from ${without}::uuid
      and ((r.desired_state = 'running' and coalesce(r.observed ->> 'phase', 'gone') in ('waiting', 'lost', 'gone'))
        or (r.observed ->> 'phase' in ('starting', 'ready', 'notReady', 'stopping') and r.observed_at > c."takenAt"))
    order by r.desired_at, r.id`);
  return rows;
}

async function siteTime(db: NodePgDatabase): Promise<Date> {
  const { rows } = await db.execute<{ now: string }>(sql`select site_now() as now`);
  return new Date(rows[0]!.now);
}
