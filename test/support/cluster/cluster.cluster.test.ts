import { createInterface } from "node:readline";
import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { Exec, Log } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MERGE } from "./connect.ts";
import { writeLogs } from "./logs.ts";
import { loseNode, returnNode } from "./nodes.ts";
import { endProcess, evict, keepEnding, setReady } from "./processes.ts";
import { openTestCluster, type TestCluster } from "./test-cluster.ts";
import { until } from "./until.ts";

describe("the test cluster", () => {
  let cluster: TestCluster;
  let namespace: string;
  let nodes: string[];
  beforeAll(async () => {
    cluster = openTestCluster();
    namespace = `${cluster.prefix}support`;
    nodes = await cluster.addGpuNodes(1);
    await cluster.admin.core.createNamespace({ body: { metadata: { name: namespace } } });
  });
  afterAll(() => cluster?.close());

  const createPod = (name: string, gpus: number, { image = "registry.example/trainer:1" } = {}) =>
    cluster.admin.core.createNamespacedPod({
      namespace,
      body: {
        metadata: { name },
        spec: {
          restartPolicy: "OnFailure",
          nodeSelector: { "nvidia.com/gpu.product": cluster.gpuModel },
          containers: [
            { name: "main", image, resources: { limits: { "nvidia.com/gpu": String(gpus) } } },
          ],
        },
      },
    });
  const statusOf = async (name: string) =>
    (await cluster.admin.core.readNamespacedPod({ name, namespace })).status!;
  const condition = async (name: string, type: string) =>
    (await statusOf(name)).conditions?.find((it) => it.type === type);
  const container = async (name: string) => (await statusOf(name)).containerStatuses?.[0];
  const becomesReady = (name: string) =>
    until(
      () => condition(name, "Ready"),
      (it) => it?.status === "True",
    );
  const isGone = (name: string) =>
    until(
      async () => (await cluster.admin.core.listNamespacedPod({ namespace })).items,
      (items) => items.every(({ metadata }) => metadata!.name !== name),
    );
  const remove = async (name: string) => {
    await cluster.admin.core.deleteNamespacedPod({ name, namespace });
    await isGone(name);
  };

  test("a Pod becomes ready on a GPU node, and waits when there is no GPU left", async () => {
    await createPod("first", 8);
    await becomesReady("first");
    await createPod("second", 1);
    const scheduled = await until(
      () => condition("second", "PodScheduled"),
      (it) => it?.status === "False",
    );
    expect(scheduled).toMatchObject({ reason: "Unschedulable" });
    await remove("first");
    await becomesReady("second");
    await remove("second");
  });

  test("an image of an unknown host cannot be pulled", async () => {
    await createPod("pulling", 1, { image: "unpullable.invalid/trainer:1" });
    const backingOff = await until(
      () => container("pulling"),
      (it) => it?.state?.waiting?.reason === "ImagePullBackOff",
    );
    expect(backingOff!.state!.waiting!.message).toMatch(/unpullable.invalid/);
    await remove("pulling");
  });

  test("a process that ends is started again, and one that ends with 0 is not", async () => {
    const pod = { namespace, name: "ending" };
    await createPod("ending", 1);
    await becomesReady("ending");
    const { restarted } = await endProcess(cluster.admin, pod, { exitCode: 3, outOfMemory: true });
    expect(await container("ending")).toMatchObject({
      ready: false,
      restartCount: 0,
      state: { waiting: { reason: "CrashLoopBackOff" } },
      lastState: { terminated: { exitCode: 137, reason: "OOMKilled" } },
    });
    expect(await condition("ending", "Ready")).toMatchObject({ status: "False" });
    expect(await restarted).toBe(true);
    await becomesReady("ending");
    expect(await container("ending")).toMatchObject({ ready: true, restartCount: 1 });
    await endProcess(cluster.admin, pod, { exitCode: 0 });
    expect(await statusOf("ending")).toMatchObject({
      phase: "Succeeded",
      containerStatuses: [{ state: { terminated: { exitCode: 0, reason: "Completed" } } }],
    });
    expect(await endProcess(cluster.admin, pod, { exitCode: 1 })).toMatchObject({ ended: false });
    await remove("ending");
  });

  test("processes keep ending until the Pod goes", async () => {
    const stop = new AbortController();
    await createPod("crashing", 1);
    const end = { exitCode: 1, pauseMs: 50 };
    const ending = keepEnding(cluster.admin, { namespace, name: "crashing" }, end, stop.signal);
    await until(
      () => container("crashing"),
      (it) => (it?.restartCount ?? 0) >= 2,
    );
    await remove("crashing");
    stop.abort();
    await ending;
  });

  test("readiness is lost and found, and a Pod is evicted", async () => {
    const pod = { namespace, name: "probed" };
    await createPod("probed", 1);
    const { lastTransitionTime } = (await becomesReady("probed"))!;
    await until(
      async () => Date.now() - lastTransitionTime!.getTime(),
      (age) => age > 1000,
    );
    await setReady(cluster.admin, pod, false);
    const lost = (await condition("probed", "Ready"))!;
    expect(lost.status).toBe("False");
    expect(lost.lastTransitionTime!.getTime()).toBeGreaterThan(lastTransitionTime!.getTime());
    await setReady(cluster.admin, pod, true);
    expect(await condition("probed", "Ready")).toMatchObject({ status: "True" });
    await evict(cluster.admin, pod);
    expect(await statusOf("probed")).toMatchObject({ phase: "Failed", reason: "Evicted" });
    await remove("probed");
  });

  test("a node that is lost keeps its Pods, not ready, until it returns", async () => {
    await createPod("stranded", 1);
    await becomesReady("stranded");
    await loseNode(cluster.admin, nodes[0]!);
    await until(
      () => condition("stranded", "Ready"),
      (it) => it?.status === "False",
    );
    const { spec } = await cluster.admin.core.readNode({ name: nodes[0]! });
    expect(spec!.taints!.map(({ key }) => key)).toContain("node.kubernetes.io/unreachable");
    await cluster.admin.core.deleteNamespacedPod({ name: "stranded", namespace });
    await returnNode(cluster.admin, nodes[0]!);
    await isGone("stranded");
  });

  test("a claim gets a volume, which grows and goes with it", async () => {
    const name = "claim";
    const requests = (storage: string) => ({ resources: { requests: { storage } } });
    const { core } = cluster.admin;
    const read = () => core.readNamespacedPersistentVolumeClaim({ name, namespace });
    await core.createNamespacedPersistentVolumeClaim({
      namespace,
      body: {
        metadata: { name },
        spec: { accessModes: ["ReadWriteOncePod"], ...requests("5Gi") },
      },
    });
    const bound = await until(read, ({ status }) => status?.phase === "Bound");
    expect(bound.spec!.storageClassName).toBe(cluster.storageClass);
    expect(bound.status!.capacity).toEqual({ storage: "5Gi" });
    const body = { spec: requests("8Gi") };
    await core.patchNamespacedPersistentVolumeClaim({ name, namespace, body }, MERGE);
    await until(read, ({ status }) => status?.capacity?.storage === "8Gi");
    await core.deleteNamespacedPersistentVolumeClaim({ name, namespace });
    await until(
      async () => (await core.listPersistentVolume()).items,
      (items) => items.every(({ metadata }) => metadata!.name !== bound.spec!.volumeName),
    );
  });

  test("logs are read and followed, and a command runs in a Pod", async () => {
    const pod = { namespace, name: "talking" };
    const { core, config } = cluster.admin;
    await createPod("talking", 1);
    await becomesReady("talking");
    expect(await core.readNamespacedPodLog(pod)).toBe("");
    await writeLogs(cluster.admin, pod, ["one", "two"]);
    await until(
      () => core.readNamespacedPodLog({ ...pod, tailLines: 1 }),
      (it) => it === "two\n",
    );

    // It ends with an error, for we end it.
    const followed = new PassThrough().on("error", () => {});
    const stop = await new Log(config).log(namespace, "talking", "main", followed, {
      follow: true,
    });
    const lines = createInterface(followed)[Symbol.asyncIterator]();
    expect((await lines.next()).value).toBe("one");
    expect((await lines.next()).value).toBe("two");
    await writeLogs(cluster.admin, pod, ["three"]);
    expect((await lines.next()).value).toBe("three");
    stop.abort();

    const output = new PassThrough();
    const ended = Promise.withResolvers<object>();
    const command = ["/bin/sh", "-c", "read word; echo said $word"];
    const input = Readable.from(["hello\n"]);
    await new Exec(config).exec(
      ...([namespace, "talking", "main", command, output, null, input, false] as const),
      ended.resolve,
    );
    expect(await ended.promise).toMatchObject({ status: "Success" });
    output.end();
    expect(await text(output)).toBe("said hello\n");
    await remove("talking");
  });
});
