import pg from "pg";
import { surviveLostConnections } from "#db/database.ts";
import type { SimulatorConfig } from "./config.ts";
import { adoptNodes } from "./nodes.ts";
import { placeWaiting } from "./placement.ts";
import { SimulatedCluster } from "./simulated-cluster.ts";
import { transact } from "./store.ts";
import { advance } from "./transitions.ts";

export interface Simulators {
  clusters: SimulatedCluster[];
  close(): Promise<void>;
}

/** Opens the simulated clusters of a site on a small pool of their own; state that is there from before is kept. */
export async function openSimulators(
  databaseUrl: string,
  configs: SimulatorConfig[],
): Promise<Simulators> {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: 4,
    application_name: "aifactory simulator",
  });
  surviveLostConnections(pool);
  try {
    for (const config of configs) await prepare(pool, config);
  } catch (error) {
    await pool.end();
    throw error;
  }
  return {
    clusters: configs.map((config) => new SimulatedCluster(pool, config)),
    close: () => pool.end(),
  };
}

async function prepare(pool: pg.Pool, config: SimulatorConfig): Promise<void> {
  await pool.query("insert into simulator.clusters (id) values ($1) on conflict do nothing", [
    config.id,
  ]);
  // Watchers follow what changes, not what once was: old traces of what is gone serve nobody.
  await pool.query(
    `delete from simulator.changes c where cluster_id = $1 and changed_at < clock_timestamp() - interval '1 day'
      and not exists (select from simulator.objects o where o.cluster_id = $1 and o.kind = c.object and o.id = c.id)`,
    [config.id],
  );
  await transact(pool, config.id, config.delays, (state, now) => {
    advance(state, now);
    adoptNodes(state, config.nodes, now);
    placeWaiting(state, now);
  });
}
