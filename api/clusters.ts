import {
  openKubernetes,
  type OpenKubernetes,
  type OpenOptions,
} from "#adapters/kubernetes/open.ts";
import { DEFAULT_DELAYS, type SimulatorConfig } from "#adapters/simulator/config.ts";
import { openSimulators } from "#adapters/simulator/open.ts";
import type { Catalogue } from "#domain/catalogue/catalogue.ts";
import type { ClusterConfig } from "#domain/catalogue/schema.ts";
import type { Cluster } from "#ports/cluster.ts";

type Simulator = Extract<ClusterConfig, { kind: "simulator" }>;

export interface Clusters {
  readonly clusters: readonly Cluster[];
  readonly kubernetes: readonly OpenKubernetes[];
  close(): Promise<void>;
}

export interface ClustersOptions {
  /** Whether a cluster belongs to this replica; asked before every write to a real one. */
  mayWrite?: (clusterId: string) => boolean;
  /** A real cluster could not be followed for a moment. */
  onError?: (error: unknown, at: { cluster: string; kind: string }) => void;
}

/** Opens every cluster that the site file names. */
export async function openClusters(
  catalogue: Catalogue,
  databaseUrl: string,
  { mayWrite = () => true, onError = () => {} }: ClustersOptions = {},
): Promise<Clusters> {
  const configs = catalogue.regions.flatMap(({ id: region, clusters }) =>
    clusters.map((cluster) => ({ ...cluster, region })),
  );
  const stack = new AsyncDisposableStack();
  const kubernetes: OpenKubernetes[] = [];
  try {
    const simulators = await openSimulators(
      databaseUrl,
      configs.flatMap((config) => (config.kind === "simulator" ? simulatorConfig(config) : [])),
    );
    stack.defer(() => simulators.close());
    for (const config of configs) {
      if (config.kind !== "kubernetes") continue;
      const { id: cluster } = config;
      const options: OpenOptions = {
        mayWrite: () => mayWrite(cluster),
        onError: (kind, error) => onError(error, { cluster, kind }),
      };
      const opened = openKubernetes(config, options);
      stack.defer(() => opened.close());
      kubernetes.push(opened);
    }
    const clusters = [...simulators.clusters, ...kubernetes.map(({ cluster }) => cluster)];
    return { clusters, kubernetes, close: () => stack.disposeAsync() };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

function simulatorConfig(cluster: Simulator & { region: string }): SimulatorConfig {
  const given = Object.entries(cluster.delays).filter(([, value]) => value !== undefined);
  return {
    id: cluster.id,
    region: cluster.region,
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
