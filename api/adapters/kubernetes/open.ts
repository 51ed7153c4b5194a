import { KubernetesClient } from "./api/client.ts";
import { loadKubeConfig } from "./api/kube-config.ts";
import type { KubernetesConfig } from "./config.ts";
import { KubernetesCluster } from "./kubernetes-cluster.ts";
import { probe, type Capabilities } from "./probe.ts";
import { ClusterView } from "./view/cluster-view.ts";

export interface OpenKubernetes {
  cluster: KubernetesCluster;
  /** What the cluster can do. Throws `ClusterUnavailable`. */
  probe(): Promise<Capabilities>;
  close(): Promise<void>;
}

export interface OpenOptions {
  /** Whether the cluster belongs to this replica; asked before every write. */
  mayWrite?: () => boolean;
  onError: (kind: string, error: unknown) => void;
}

/** Opens a cluster and begins to follow it; one that cannot be reached yet is followed once it can. */
export function openKubernetes(config: KubernetesConfig, options: OpenOptions): OpenKubernetes {
  const client = new KubernetesClient(loadKubeConfig(config), options.mayWrite);
  const view = new ClusterView(client, config, options.onError);
  const abort = new AbortController();
  const running = view.run(abort.signal);
  return {
    cluster: new KubernetesCluster(client, config, view),
    probe: () => probe(client, config),
    async close() {
      abort.abort();
      await running;
      await client.close();
    },
  };
}
