import { sql } from "drizzle-orm";
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import type { Site } from "#domain/site.ts";
import type { Cluster, NodeCapacity } from "#ports/cluster.ts";
import { capacityOf } from "./capacity.ts";
import type { Flavor } from "./catalogue.ts";
import { afterPlacing, countFitting, type Size } from "./fit.ts";

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

/** The stock of clusters; stopped resources reserve nothing (CAT-3). */
export async function readStock(
  site: Site,
  db: NodePgDatabase,
  clusters: readonly Cluster[],
  question: StockQuestion = {},
): Promise<Stock[]> {
  const { fresh = false, without = null } = question;
  return Promise.all(
    clusters.map(async (cluster) => {
      const capacity = await capacityOf(cluster, { fresh });
      if (capacity === null) return { cluster, nodes: [], known: false };
      const pending = await pendingOn(site, db, { cluster, ageMs: capacity.ageMs, without });
      return { cluster, nodes: afterPlacing(capacity.nodes, pending), known: true };
    }),
  );
}

/** How many of a flavor could start in a region now. */
export function availableIn(stock: readonly Stock[], flavor: Flavor, region: string): number {
  return stock
    .filter(({ cluster }) => cluster.region === region)
    .reduce((sum, { nodes }) => sum + countFitting(nodes, flavor), 0);
}

interface Snapshot {
  cluster: Cluster;
  ageMs: number;
  without: string | null;
}

// What the cluster placed after it was asked is in none of its numbers yet, so it counts as still to be placed.
async function pendingOn(
  { catalogue }: Site,
  db: NodePgDatabase,
  { cluster, ageMs, without }: Snapshot,
): Promise<Size[]> {
  const { rows } = await db.execute<{ flavor: string }>(sql`
    select flavor from resources
    where cluster_id = ${cluster.id} and deleted_at is null and desired_state = 'running'
      and status in ('CREATING', 'PROCESSING') and id is distinct from ${without}::uuid
      and (coalesce(observed ->> 'phase', 'gone') in ('waiting', 'lost', 'gone')
        or (observed ->> 'phase' = 'starting' and observed_at > site_now() - ${ageMs / 1000} * interval '1 second'))
    order by desired_at, id`);
  return rows.flatMap(({ flavor }) => catalogue.flavor(flavor) ?? []);
}
