import type { V1ContainerStatus, V1PodCondition, V1PodStatus } from "@kubernetes/client-node";
import type { TestCluster } from "./test-cluster.ts";
import { until } from "./until.ts";

/** Bare Pods on the GPU nodes of a test file. */
export interface Pods {
  readonly namespace: string;
  create(name: string, gpus: number, options?: { image?: string }): Promise<void>;
  status(name: string): Promise<V1PodStatus>;
  condition(name: string, type: string): Promise<V1PodCondition | undefined>;
  container(name: string): Promise<V1ContainerStatus | undefined>;
  isReady(name: string): Promise<void>;
  isGone(name: string): Promise<void>;
  /** Deletes it and waits until it is gone. */
  remove(name: string): Promise<void>;
}

/** Makes a namespace of the file's own for them. */
export async function openPods(cluster: TestCluster, purpose: string): Promise<Pods> {
  const { core } = cluster.admin;
  const namespace = `${cluster.prefix}${purpose}`;
  await core.createNamespace({ body: { metadata: { name: namespace } } });
  const status = async (name: string) =>
    (await core.readNamespacedPod({ name, namespace })).status!;
  const condition = async (name: string, type: string) =>
    (await status(name)).conditions?.find((it) => it.type === type);
  const isGone = async (name: string) => {
    await until(
      async () => (await core.listNamespacedPod({ namespace })).items,
      (items) => items.every(({ metadata }) => metadata!.name !== name),
    );
  };
  return {
    namespace,
    status,
    condition,
    isGone,
    async create(name, gpus, { image = "registry.example/trainer:1" } = {}) {
      const resources = { limits: { "nvidia.com/gpu": String(gpus) } };
      const spec = {
        restartPolicy: "OnFailure",
        nodeSelector: { "nvidia.com/gpu.product": cluster.gpuModel },
        containers: [{ name: "main", image, resources }],
      };
      await core.createNamespacedPod({ namespace, body: { metadata: { name }, spec } });
    },
    container: async (name) => (await status(name)).containerStatuses?.[0],
    async isReady(name) {
      await until(
        () => condition(name, "Ready"),
        (it) => it?.status === "True",
      );
    },
    async remove(name) {
      await core.deleteNamespacedPod({ name, namespace });
      await isGone(name);
    },
  };
}
