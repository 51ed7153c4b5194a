import type { Database } from "#db/database.ts";
import type { Catalogue } from "#domain/catalogue/catalogue.ts";
import type { Cluster } from "#ports/cluster.ts";

/** What reconciliation needs of the site. */
export interface ReconcileDependencies {
  readonly database: Database;
  readonly clusters: ReadonlyMap<string, Cluster>;
  readonly catalogue: Catalogue;
}

/** The cluster of an item; throws when the site file no longer names it: what is left there cannot be reached. */
export function clusterOf({ clusters }: ReconcileDependencies, id: string): Cluster {
  const cluster = clusters.get(id);
  if (cluster === undefined) throw new Error(`the site file no longer names the cluster "${id}"`);
  return cluster;
}
