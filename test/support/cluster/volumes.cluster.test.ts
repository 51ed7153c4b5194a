import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MERGE } from "./connect.ts";
import { openPods } from "./pods.ts";
import { openTestCluster, type TestCluster } from "./test-cluster.ts";
import { until } from "./until.ts";

describe("volumes of the test cluster", () => {
  let cluster: TestCluster;
  let namespace: string;
  beforeAll(async () => {
    cluster = openTestCluster();
    ({ namespace } = await openPods(cluster, "volumes"));
  });
  afterAll(() => cluster?.close());

  const requests = (storage: string) => ({ resources: { requests: { storage } } });
  const read = (name: string) =>
    cluster.admin.core.readNamespacedPersistentVolumeClaim({ name, namespace });
  const create = (name: string, storageClassName: string) =>
    cluster.admin.core.createNamespacedPersistentVolumeClaim({
      namespace,
      body: {
        metadata: { name },
        spec: { accessModes: ["ReadWriteOncePod"], storageClassName, ...requests("5Gi") },
      },
    });
  const createUser = (name: string, claimName: string) =>
    cluster.admin.core.createNamespacedPod({
      namespace,
      body: {
        metadata: { name },
        spec: {
          nodeSelector: { "nvidia.com/gpu.product": cluster.gpuModel },
          containers: [{ name: "main", image: "registry.example/trainer:1" }],
          volumes: [{ name: "home", persistentVolumeClaim: { claimName } }],
        },
      },
    });
  const podStatus = async (name: string) =>
    (await cluster.admin.core.readNamespacedPod({ name, namespace })).status!;

  test("a claim gets a volume, which grows and goes with it", async () => {
    await create("growing", cluster.storageClass);
    const bound = await until(
      () => read("growing"),
      ({ status }) => status?.phase === "Bound",
    );
    expect(bound.status!.capacity).toEqual({ storage: "5Gi" });
    const { core } = cluster.admin;
    const name = "growing";
    const body = { spec: requests("8Gi") };
    await core.patchNamespacedPersistentVolumeClaim({ name, namespace, body }, MERGE);
    await until(
      () => read(name),
      ({ status }) => status?.capacity?.storage === "8Gi",
    );
    await core.deleteNamespacedPersistentVolumeClaim({ name, namespace });
    await until(
      async () => (await core.listPersistentVolume()).items,
      (items) => items.every(({ metadata }) => metadata!.name !== bound.spec!.volumeName),
    );
  });

  test("a claim that waits for its first Pod gets a volume then, and a second Pod has to wait", async () => {
    await cluster.addGpuNodes(1);
    await create("waiting", `${cluster.storageClass}-wait`);
    await createUser("first", "waiting");
    await until(
      () => podStatus("first"),
      ({ phase }) => phase === "Running",
    );
    expect((await read("waiting")).status).toMatchObject({ phase: "Bound" });
    await createUser("second", "waiting");
    const { conditions } = await until(
      () => podStatus("second"),
      (status) => status.conditions !== undefined,
    );
    expect(conditions).toMatchObject([
      { type: "PodScheduled", status: "False", message: expect.stringMatching(/ReadWriteOncePod/) },
    ]);
  });
});
