import { KubernetesClient } from "./api/client.ts";
import { loadKubeConfig } from "./api/kube-config.ts";
import type { KubernetesConfig } from "./config.ts";
import { KubernetesCluster } from "./kubernetes-cluster.ts";
import { ClusterView } from "./view/cluster-view.ts";

export interface OpenKubernetes {
  cluster: KubernetesCluster;
  /** Milliseconds since each kind of object was last heard of; null before the first list. */
  silence(): Record<string, number | null>;
  /** Requests sent so far, by method. */
  readonly requests: Readonly<Record<string, number>>;
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
    requests: client.counts,
    silence: () =>
      Object.fromEntries(Object.entries(view.kinds).map(([kind, it]) => [kind, it.silentMs])),
    async close() {
      abort.abort();
      await running;
      await client.close();
    },
  };
}
