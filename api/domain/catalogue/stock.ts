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
      const capacity = await capacityOf(cluster, { clock: () => siteTime(db), fresh });
      if (capacity === null) return { cluster, nodes: [], known: false };
      const pending = await pendingOn(site, db, { cluster, takenAt: capacity.takenAt, without });
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
  takenAt: Date;
  without: string | null;
}

// What was seen to be placed after the cluster was asked is in none of its numbers, so it counts as still to be placed.
async function pendingOn(
  { catalogue }: Site,
  db: NodePgDatabase,
  { cluster, takenAt, without }: Snapshot,
): Promise<Size[]> {
  const { rows } = await db.execute<{ flavor: string }>(sql`
    select flavor from resources
    where cluster_id = ${cluster.id} and deleted_at is null and id is distinct from ${without}::uuid
      and ((desired_state = 'running' and coalesce(observed ->> 'phase', 'gone') in ('waiting', 'lost', 'gone'))
        or (observed ->> 'phase' in ('starting', 'ready', 'notReady', 'stopping') and observed_at > ${takenAt.toISOString()}::timestamptz))
    order by desired_at, id`);
  return rows.flatMap(({ flavor }) => catalogue.flavor(flavor) ?? []);
}

async function siteTime(db: NodePgDatabase): Promise<Date> {
  const { rows } = await db.execute<{ now: string }>(sql`select site_now() as now`);
  return new Date(rows[0]!.now);
}
