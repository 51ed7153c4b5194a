import type pg from "pg";
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

type Queryable = Pick<pg.Pool, "query">;

/** The stock of clusters; stopped resources reserve nothing (CAT-3). One statement at a time goes through `db`. */
export async function readStock(
  { catalogue }: Site,
  db: Queryable,
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
    const sizes = (pending.get(cluster.id) ?? []).flatMap((it) => catalogue.flavor(it) ?? []);
    return { cluster, nodes: afterPlacing(capacity.nodes, sizes), known: true };
  });
}

/** How many of a flavor could start in a region now. */
export function availableIn(stock: readonly Stock[], flavor: Flavor, region: string): number {
  return stock
    .filter(({ cluster }) => cluster.region === region)
    .reduce((sum, { nodes }) => sum + countFitting(nodes, flavor), 0);
}

/**
 * Flavors by cluster, in the order of their claims. What was seen to be placed after the cluster was asked is in none of
 * its numbers, so it counts as still to be placed.
 */
async function pendingSince(
  db: Queryable,
  clusters: { id: string; takenAt: Date }[],
  without: string | null,
): Promise<Map<string, string[]>> {
  if (clusters.length === 0) return new Map();
  const { rows } = await db.query<{ clusterId: string; flavors: string[] }>({
    name: "pending",
    text: `select r.cluster_id as "clusterId", json_agg(r.flavor order by r.desired_at, r.id) as flavors
      from unnest($1::text[], $2::timestamptz[]) as c (id, taken_at) join resources r on r.cluster_id = c.id
      where r.deleted_at is null and r.id is distinct from $3
        and ((r.desired_state = 'running' and coalesce(r.observed ->> 'phase', 'gone') in ('waiting', 'lost', 'gone'))
          or (r.observed ->> 'phase' in ('starting', 'ready', 'notReady', 'stopping') and r.observed_at > c.taken_at))
      group by r.cluster_id`,
    values: [clusters.map(({ id }) => id), clusters.map(({ takenAt }) => takenAt), without],
  });
  return new Map(rows.map(({ clusterId, flavors }) => [clusterId, flavors]));
}

async function siteTime(db: Queryable): Promise<Date> {
  const { rows } = await db.query<{ now: Date }>("select site_now() as now");
  return rows[0]!.now;
}
