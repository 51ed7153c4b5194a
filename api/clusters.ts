import { DEFAULT_DELAYS, type SimulatorConfig } from "#adapters/simulator/config.ts";
import { openSimulators, type Simulators } from "#adapters/simulator/open.ts";
import type { Catalogue } from "#domain/catalogue/catalogue.ts";
import type { ClusterConfig } from "#domain/catalogue/schema.ts";

/** Opens every cluster that the site file names. */
export function openClusters(catalogue: Catalogue, databaseUrl: string): Promise<Simulators> {
  const configs = catalogue.regions.flatMap(({ id, clusters }) =>
    clusters.map((cluster) => simulatorConfig(id, cluster)),
  );
  return openSimulators(databaseUrl, configs);
}

function simulatorConfig(region: string, cluster: ClusterConfig): SimulatorConfig {
  const given = Object.entries(cluster.delays).filter(([, value]) => value !== undefined);
  return {
    id: cluster.id,
    region,
    delays: { ...DEFAULT_DELAYS, ...Object.fromEntries(given) },
    nodes: cluster.nodes.map((node, index) => ({
      name: `${cluster.id}-${index + 1}`,
      count: node.count,
      gpuModel: node.gpu?.model ?? null,
      gpus: node.gpu?.count ?? 0,
      vcpu: node.vcpu,
      memoryGib: node.memoryGib,
    })),
  };
}
