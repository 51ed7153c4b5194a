import type { KubernetesClient } from "./api/client.ts";
import { isRefusal } from "./api/errors.ts";
import type { KubernetesObject } from "./api/object.ts";
import type { KubernetesConfig } from "./config.ts";

/** What a cluster can do, as far as it tells. */
export interface Capabilities {
  version: string;
  /** What stands in the way of running workloads as the site file says, in words for the operator. */
  problems: string[];
  /** Who enforces NetworkPolicies; null when nothing known does, and only a trial can tell. */
  networkPolicies: string | null;
}

// An API group that comes with a network which enforces NetworkPolicies.
const NETWORKS: Record<string, string> = {
  "crd.projectcalico.org": "Calico",
  "projectcalico.org": "Calico",
  "cilium.io": "Cilium",
  "crd.antrea.io": "Antrea",
  "k8s.ovn.org": "OVN-Kubernetes",
};
// ReadWriteOncePod claims and the Pod Security levels are stable from here on.
const OLDEST = 29;

/** Asks a cluster what it can do. */
export async function probe(
  client: KubernetesClient,
  config: KubernetesConfig,
): Promise<Capabilities> {
  const [{ gitVersion, minor }, groups, gateway, classes, priority, nodes] = await Promise.all([
    client.get<{ gitVersion: string; minor: string }>("/version"),
    client.get<{ groups: { name: string }[] }>("/apis"),
    found(client, "/apis/gateway.networking.k8s.io/v1"),
    client.get<{ items: StorageClass[] }>("/apis/storage.k8s.io/v1/storageclasses"),
    config.priorityClass === null ||
      found(client, `/apis/scheduling.k8s.io/v1/priorityclasses/${config.priorityClass}`),
    client.get<{ items: Node[] }>("/api/v1/nodes", { limit: 500 }),
  ]);
  const problems = [
    ...(Number.parseInt(minor) < OLDEST
      ? [`Kubernetes ${gitVersion} is too old: 1.${OLDEST} or newer is needed.`]
      : []),
    ...(gateway
      ? []
      : ["It has no Gateway API (gateway.networking.k8s.io/v1): HTTP ports cannot be reached."]),
    ...storageProblems(classes.items, config),
    ...(priority ? [] : [`It has no priority class "${config.priorityClass}".`]),
    ...gpuProblems(nodes.items, config),
  ];
  const network = groups.groups.map(({ name }) => NETWORKS[name]).find((it) => it !== undefined);
  return { version: gitVersion, problems, networkPolicies: network ?? null };
}

type StorageClass = KubernetesObject & { allowVolumeExpansion?: boolean };
type Node = KubernetesObject & { status?: { allocatable?: Record<string, string> } };

const DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class";

function storageProblems(classes: StorageClass[], { storageClass }: KubernetesConfig): string[] {
  const used = classes.find(({ metadata: { name, annotations } }) =>
    storageClass === null ? annotations?.[DEFAULT_CLASS] === "true" : name === storageClass,
  );
  const which = storageClass === null ? "default storage class" : `storage class "${storageClass}"`;
  if (used === undefined) return [`It has no ${which}: nothing that keeps data can be created.`];
  return used.allowVolumeExpansion === true ? [] : [`Its ${which} cannot make volumes larger.`];
}

function gpuProblems(nodes: Node[], { gpu }: KubernetesConfig): string[] {
  const withGpus = nodes.filter(
    ({ status }) => Number(status?.allocatable?.[gpu.resource] ?? 0) > 0,
  );
  if (withGpus.length === 0 && Object.keys(gpu.products).length > 0)
    return [`None of its nodes has "${gpu.resource}".`];
  const named = new Set(Object.values(gpu.products).flat());
  const unnamed = withGpus
    .map(({ metadata }) => metadata.labels?.[gpu.label] ?? "")
    .filter((product) => !named.has(product));
  return [...new Set(unnamed)].map(
    (product) => `The site file names no GPU model for the product "${product}" of its nodes.`,
  );
}

async function found(client: KubernetesClient, path: string): Promise<boolean> {
  try {
    await client.get(path);
    return true;
  } catch (error) {
    if (isRefusal(error, 404)) return false;
    throw error;
  }
}
