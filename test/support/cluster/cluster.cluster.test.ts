import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loseNode, returnNode } from "./nodes.ts";
import { endProcess, evict, keepEnding, setReady } from "./processes.ts";
import { openPods, type Pods } from "./pods.ts";
import { openTestCluster, type TestCluster } from "./test-cluster.ts";
import { until } from "./until.ts";

describe("the test cluster", () => {
  let cluster: TestCluster;
  let nodes: string[];
  let pods: Pods;
  beforeAll(async () => {
    cluster = openTestCluster();
    nodes = await cluster.addGpuNodes(1);
    pods = await openPods(cluster, "pods");
  });
  afterAll(() => cluster?.close());

  const pod = (name: string) => ({ namespace: pods.namespace, name });

  test("a Pod becomes ready on a GPU node, and waits when there is no GPU left", async () => {
    await pods.create("first", 8);
    await pods.isReady("first");
    await pods.create("second", 1);
    const scheduled = await until(
      () => pods.condition("second", "PodScheduled"),
      (it) => it?.status === "False",
    );
    expect(scheduled).toMatchObject({ reason: "Unschedulable" });
    await pods.remove("first");
    await pods.isReady("second");
    await pods.remove("second");
  });

  test("an image of an unknown host cannot be pulled", async () => {
    await pods.create("pulling", 1, { image: "unpullable.invalid/trainer:1" });
    const backingOff = await until(
      () => pods.container("pulling"),
      (it) => it?.state?.waiting?.reason === "ImagePullBackOff",
    );
    expect(backingOff!.state!.waiting!.message).toMatch(/unpullable.invalid/);
    await pods.remove("pulling");
  });

  test("a process that ends is started again, and one that ends with 0 is not", async () => {
    await pods.create("ending", 1);
    await pods.isReady("ending");
    const end = { exitCode: 3, outOfMemory: true };
    const { restarted } = await endProcess(cluster.admin, pod("ending"), end);
    expect(await pods.container("ending")).toMatchObject({
      ready: false,
      restartCount: 0,
      state: { waiting: { reason: "CrashLoopBackOff" } },
      lastState: { terminated: { exitCode: 137, reason: "OOMKilled" } },
    });
    expect(await pods.condition("ending", "Ready")).toMatchObject({ status: "False" });
    expect(await restarted).toBe(true);
    await pods.isReady("ending");
    expect(await pods.container("ending")).toMatchObject({ ready: true, restartCount: 1 });
    await endProcess(cluster.admin, pod("ending"), { exitCode: 0 });
    expect(await pods.status("ending")).toMatchObject({
      phase: "Succeeded",
      containerStatuses: [{ state: { terminated: { exitCode: 0, reason: "Completed" } } }],
    });
    const again = await endProcess(cluster.admin, pod("ending"), { exitCode: 1 });
    expect(again.ended).toBe(false);
    await pods.remove("ending");
  });

  test("processes keep ending until the Pod goes", async () => {
    const stop = new AbortController();
    await pods.create("crashing", 1);
    const end = { exitCode: 1, pauseMs: 50 };
    const ending = keepEnding(cluster.admin, pod("crashing"), end, stop.signal);
    await until(
      () => pods.container("crashing"),
      (it) => (it?.restartCount ?? 0) >= 2,
    );
    await pods.remove("crashing");
    stop.abort();
    await ending;
  });

  test("readiness is lost and found, and a Pod is evicted", async () => {
    await pods.create("probed", 1);
    await pods.isReady("probed");
    const { lastTransitionTime } = (await pods.condition("probed", "Ready"))!;
    await until(
      async () => Date.now() - lastTransitionTime!.getTime(),
      (age) => age > 1000,
    );
    await setReady(cluster.admin, pod("probed"), false);
    const lost = (await pods.condition("probed", "Ready"))!;
    expect(lost.status).toBe("False");
    expect(lost.lastTransitionTime!.getTime()).toBeGreaterThan(lastTransitionTime!.getTime());
    await setReady(cluster.admin, pod("probed"), true);
    expect(await pods.condition("probed", "Ready")).toMatchObject({ status: "True" });
    await evict(cluster.admin, pod("probed"));
    expect(await pods.status("probed")).toMatchObject({ phase: "Failed", reason: "Evicted" });
    await pods.remove("probed");
  });

  test("a node that is lost keeps its Pods, not ready, until it returns", async () => {
    await pods.create("stranded", 1);
    await pods.create("deleted", 1);
    await pods.isReady("stranded");
    await pods.isReady("deleted");
    await loseNode(cluster.admin, nodes[0]!);
    expect(await pods.condition("stranded", "Ready")).toMatchObject({ status: "False" });
    await until(
      async () => (await cluster.admin.core.readNode({ name: nodes[0]! })).spec!.taints ?? [],
      (taints) => taints.some(({ key }) => key === "node.kubernetes.io/unreachable"),
    );
    await cluster.admin.core.deleteNamespacedPod(pod("deleted"));
    await returnNode(cluster.admin, nodes[0]!);
    await pods.isReady("stranded");
    await pods.isGone("deleted");
    await pods.remove("stranded");
  });
});
