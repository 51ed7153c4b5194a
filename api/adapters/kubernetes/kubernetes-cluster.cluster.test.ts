import { PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { v7 } from "uuid";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Workload } from "#ports/cluster.ts";
import { MERGE } from "../../../test/support/cluster/connect.ts";
import { kubernetesConfig } from "../../../test/support/cluster/site.ts";
import { openTestCluster, type TestCluster } from "../../../test/support/cluster/test-cluster.ts";
import { until } from "../../../test/support/cluster/until.ts";
import type { KubernetesConfig } from "./config.ts";
import { namespaceOf, resourceName } from "./names.ts";
import { openKubernetes, type OpenKubernetes } from "./open.ts";

const GPU_MODEL = "H100 SXM5";
const JSON_PATCH = setHeaderOptions("Content-Type", PatchStrategy.JsonPatch);

let kubernetes: TestCluster;
let config: KubernetesConfig;
let opened: OpenKubernetes;
const workspaceId = v7();
let namespace: string;
beforeAll(async () => {
  kubernetes = openTestCluster();
  await kubernetes.addGpuNodes(1);
  config = kubernetesConfig({
    id: `${kubernetes.prefix}cluster`,
    namespacePrefix: kubernetes.prefix,
    kubeconfig: kubernetes.kubeconfigs.controlPlane,
    products: { [GPU_MODEL]: [kubernetes.gpuModel] },
  });
  namespace = namespaceOf(config, workspaceId);
  opened = openKubernetes(config, { onError: (kind, error) => console.error(kind, error) });
});
afterAll(async () => {
  await opened?.close();
  await kubernetes?.close();
});

const workload = (change: Partial<Workload> = {}): Workload => ({
  workspaceId,
  resourceId: v7(),
  generation: 1,
  kind: "container",
  name: "trainer",
  image: "registry.example/trainer:1",
  command: null,
  env: [{ name: "PASSWORD", value: "s3cret", secret: true }],
  ports: [
    { port: 8080, protocol: "HTTP" },
    { port: 22, protocol: "TCP" },
  ],
  size: { vcpu: 4, memoryGib: 8, gpu: { model: GPU_MODEL, count: 1 } },
  mounts: [],
  maxRestarts: 2,
  accessToken: "secret-access-token",
  registryCredentials: null,
  ...change,
});
const observe = (resourceId: string) => opened.cluster.observeWorkload(workspaceId, resourceId);
async function ready(asked: Workload): Promise<void> {
  await opened.cluster.applyWorkload(asked);
  await until(
    () => observe(asked.resourceId),
    (it) => it?.phase === "ready",
  );
}
async function gone(asked: Workload): Promise<void> {
  await opened.cluster.deleteWorkload(workspaceId, asked.resourceId);
  await until(
    () => observe(asked.resourceId),
    (it) => it === null,
  );
}

test("RES-5 what others remove or bend around a workload is noticed and mended; what they add is left alone", async () => {
  const asked = workload();
  const { core } = kubernetes.admin;
  await ready(asked);
  const name = resourceName(asked.resourceId);
  await core.patchNamespacedSecret(
    { name, namespace, body: { metadata: { annotations: { "example.com/note": "theirs" } } } },
    MERGE,
  );
  await core.patchNamespacedService(
    { name, namespace, body: [{ op: "replace", path: "/spec/ports/0/port", value: 9999 }] },
    JSON_PATCH,
  );
  await core.deleteNamespacedService({ name: `${name}-tcp`, namespace });
  await until(
    () => observe(asked.resourceId),
    (it) => it?.drifted === true,
  );
  await opened.cluster.applyWorkload(asked);
  const mended = await observe(asked.resourceId);
  expect(mended).not.toHaveProperty("drifted");
  expect(mended!.endpoints.map(({ port }) => port)).toEqual([8080, 22]);
  const service = await core.readNamespacedService({ name, namespace });
  expect(service.spec!.ports!.map(({ port }) => port)).toEqual([8080]);
  const secret = await core.readNamespacedSecret({ name, namespace });
  expect(secret.metadata!.annotations).toEqual({ "example.com/note": "theirs" });
  await gone(asked);
});

test("RES-5 nothing of a workload is left once it is said to be gone", async () => {
  const asked = workload({
    registryCredentials: { server: "registry.example", username: "u", password: "p" },
  });
  await ready(asked);
  await gone(asked);
  const { core, objects } = kubernetes.admin;
  const labelSelector = `aifactory.dev/resource=${asked.resourceId}`;
  const left = async () => {
    const [pods, services, secrets, routes, policies] = await Promise.all([
      core.listNamespacedPod({ namespace, labelSelector }),
      core.listNamespacedService({ namespace, labelSelector }),
      core.listNamespacedSecret({ namespace, labelSelector }),
      objects.list(
        "gateway.networking.k8s.io/v1",
        "HTTPRoute",
        namespace,
        undefined,
        undefined,
        undefined,
        undefined,
        labelSelector,
      ),
      objects.list(
        "networking.k8s.io/v1",
        "NetworkPolicy",
        namespace,
        undefined,
        undefined,
        undefined,
        undefined,
        labelSelector,
      ),
    ]);
    return [pods, services, secrets, routes, policies].flatMap(({ items }) =>
      items.map(({ metadata }) => metadata!.name),
    );
  };
  // What its Secret owns goes with the Secret, by Kubernetes' own hand.
  await until(left, (names) => names.length === 0);
});

test("ORG-3 a Workspace's namespace is restored as it must be", async () => {
  const asked = workload();
  await ready(asked);
  const { core, objects } = kubernetes.admin;
  const enforce = "pod-security.kubernetes.io/enforce";
  await core.patchNamespace(
    { name: namespace, body: { metadata: { labels: { [enforce]: "privileged" } } } },
    MERGE,
  );
  const policy = {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "deny-all", namespace },
  };
  await objects.delete(policy);
  await opened.cluster.restoreWorkspace(workspaceId);
  expect((await core.readNamespace({ name: namespace })).metadata!.labels![enforce]).toBe(
    "restricted",
  );
  await objects.read(policy);
  expect((await opened.cluster.list()).workspaces).toContain(workspaceId);
  await gone(asked);
});

/** Of what the Workspace may have on the cluster; waits until a controller has put it in force. */
async function limitTo(hard: Record<string, string>): Promise<void> {
  const { core } = kubernetes.admin;
  const quota = { name: "aifactory", namespace };
  await core.patchNamespacedResourceQuota({ ...quota, body: { spec: { hard } } }, MERGE);
  const inForce = async () => (await core.readNamespacedResourceQuota(quota)).status?.hard ?? {};
  await until(inForce, (found) =>
    Object.entries(hard).every(([what, limit]) => found[what] === limit),
  );
}

test("RES-4 what the cluster refuses is a state with its cause, and is tried again", async () => {
  const first = workload();
  await ready(first);
  await limitTo({ pods: "1" });
  const asked = workload();
  const refused = async () => {
    await opened.cluster.applyWorkload(asked);
    return observe(asked.resourceId);
  };
  const seen = await until(refused, (it) => it?.cause?.code === "refused");
  expect(seen).toMatchObject({ generation: 1, phase: "waiting", intervals: [] });
  expect(seen!.cause!.message).toContain("exceeded quota");
  await limitTo({ pods: "100" });
  await opened.cluster.applyWorkload(asked);
  await until(
    () => observe(asked.resourceId),
    (it) => it?.phase === "ready",
  );
  await gone(asked);
  await gone(first);
});

test("RES-4 a workload whose volume the cluster refuses says so, and runs once it does not", async () => {
  const asked = workload();
  await opened.cluster.applyVolume({ workspaceId, volumeId: v7(), sizeGib: 1 });
  await limitTo({ persistentvolumeclaims: "1" });
  const volumeId = v7();
  const mounted = { ...asked, mounts: [{ volumeId, mountPath: "/data" }] };
  const volumes = [{ workspaceId, volumeId, sizeGib: 1 }];
  const apply = async () => {
    await opened.cluster.applyWorkload(mounted, volumes);
    return observe(asked.resourceId);
  };
  const seen = await until(apply, (it) => it?.cause?.code === "refused");
  expect(seen).toMatchObject({ generation: 1, phase: "waiting", intervals: [] });
  expect(seen!.cause!.message).toContain("exceeded quota");
  await limitTo({ persistentvolumeclaims: "100" });
  await until(apply, (it) => it?.phase === "ready");
  await gone(mounted);
});

test("CAT-3 cordoned and tainted nodes have nothing free", async () => {
  const { core } = kubernetes.admin;
  const nodes = async () =>
    (await opened.cluster.capacity()).filter(({ gpuModel }) => gpuModel === GPU_MODEL);
  const free = async () => (await nodes()).reduce((sum, it) => sum + it.free.gpus, 0);
  const [other] = await kubernetes.addGpuNodes(1);
  const before = await until(free, (gpus) => gpus === 16);
  await core.patchNode({ name: other!, body: { spec: { unschedulable: true } } }, MERGE);
  await until(free, (gpus) => gpus === before - 8);
  await core.patchNode({ name: other!, body: { spec: { unschedulable: null } } }, MERGE);
  await until(free, (gpus) => gpus === before);
  const taint = (key: string, effect: string) =>
    core.patchNode({ name: other!, body: { spec: { taints: [{ key, effect }] } } }, MERGE);
  await taint("example.com/maintenance", "NoSchedule");
  await until(free, (gpus) => gpus === before - 8);
  // The one that keeps others off GPUs: for a workload without any there is no room.
  await taint("nvidia.com/gpu", "NoSchedule");
  await until(free, (gpus) => gpus === before);
  expect((await nodes()).filter(({ gpusOnly }) => gpusOnly)).toHaveLength(1);
  await taint("nvidia.com/gpu", "NoExecute");
  await until(free, (gpus) => gpus === before - 8);
});

test("RES-4 a cluster is asked at the start what it can do", async () => {
  const found = await opened.probe();
  expect(found.version).toMatch(/^v1\.\d+/);
  expect(found.networkPolicies).toBeNull();
  // Nodes of other tests have products that this site file does not name.
  expect(found.problems.filter((it) => !it.includes("GPU model"))).toEqual([]);
});
