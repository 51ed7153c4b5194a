import { expect, onTestFinished, test } from "vitest";
import type { Workload } from "#ports/cluster.ts";
import { kubernetesConfig } from "../../../test/support/cluster/site.ts";
import type { KubernetesClient } from "./api/client.ts";
import { paths } from "./api/paths.ts";
import { KubernetesCluster } from "./kubernetes-cluster.ts";
import { podObject, ready } from "./testing/pods.ts";
import { ClusterView } from "./view/cluster-view.ts";

const status = ready("2026-11-29T09:01:00Z");
const node = (name: string) => ({
  metadata: { name, uid: name, resourceVersion: "5" },
  status: { conditions: [{ type: "Ready", status: "True" }] },
});

/** A cluster whose watches tell nothing: what is known of it is what a test puts into the view. */
async function silentCluster({
  nodes,
  pods = [],
  synced = true,
}: {
  nodes: string[];
  pods?: object[];
  synced?: boolean;
}) {
  const deleted: string[] = [];
  const client = {
    get: async (path: string, query: { fieldSelector?: string } = {}) => ({
      metadata: { resourceVersion: "1" },
      items: path.endsWith("/nodes")
        ? nodes.filter((it) => query.fieldSelector === `metadata.name=${it}`).map(node)
        : path === paths.allPods
          ? pods
          : [],
    }),
    stream: () => new Promise(() => {}),
    async delete(path: string) {
      deleted.push(path.split("/").at(-1)!);
      return null;
    },
    apply: async () => ({ metadata: { name: "x", uid: "u" } }),
  } as unknown as KubernetesClient;
  const config = kubernetesConfig({
    id: "c",
    namespacePrefix: "aifactory-",
    kubeconfig: "none",
    products: {},
  });
  const view = new ClusterView(client, config, () => {});
  const ended = new AbortController();
  const run = () => void view.run(ended.signal);
  onTestFinished(() => ended.abort());
  if (synced) {
    run();
    await view.synced();
  }
  return { cluster: new KubernetesCluster(client, config, view), view, deleted, run };
}

const workload = (generation: number) =>
  ({
    workspaceId: "w",
    resourceId: "r",
    generation,
    ports: [],
    env: [],
    accessToken: "t",
    registryCredentials: null,
  }) as unknown as Workload;

test("RES-5 an older Pod that a late request of a former owner made is removed, and the newer one stays", async () => {
  const { cluster, view, deleted } = await silentCluster({ nodes: ["gpu-1"] });
  view.pods.put(podObject({ generation: 2, name: "r-r-2", status }));
  view.pods.put(podObject({ generation: 1, name: "r-r-1", status }));
  expect(await cluster.observeWorkload("w", "r")).toMatchObject({ generation: 2, drifted: true });
  await cluster.applyWorkload(workload(2));
  expect(deleted).toContain("r-r-1");
  expect(deleted).not.toContain("r-r-2");
});

test("ORG-3 what another site has on the same cluster is nobody's orphan here", async () => {
  const { cluster, view } = await silentCluster({ nodes: ["gpu-1"] });
  view.pods.put(podObject({ cluster: "other", status }));
  view.pods.put(podObject({ namespace: "other-ws-w", uid: "u2", status }));
  expect((await cluster.list()).workloads).toEqual([]);
  expect(view.podsOf("r")).toEqual([]);
  view.pods.put(podObject({ uid: "u3", name: "own", status }));
  expect((await cluster.list()).workloads).toEqual([{ workspaceId: "w", id: "r" }]);
});

test("RES-5 a Pod on a node that the watch has not told of yet is not lost; on one that is gone, it is", async () => {
  const told = await silentCluster({ nodes: ["gpu-1"] });
  told.view.pods.put(podObject({ status }));
  expect(await told.cluster.observeWorkload("w", "r")).toMatchObject({ phase: "ready" });
  await told.cluster.applyWorkload(workload(1));
  expect(told.deleted).not.toContain("r-r-1");
  const gone = await silentCluster({ nodes: [] });
  gone.view.pods.put(podObject({ status }));
  expect(await gone.cluster.observeWorkload("w", "r")).toMatchObject({ phase: "lost" });
});

test("RES-5 what a cluster has when it is begun to be followed is no news: the look at everything is told of it", async () => {
  const pods = [podObject({ name: "r-r-1", status })];
  const { cluster, view, run } = await silentCluster({ nodes: ["gpu-1"], pods, synced: false });
  const told: string[] = [];
  const begun = Promise.withResolvers<void>();
  const ended = new AbortController();
  const listener = {
    begun: () => {
      told.push("begun");
      begun.resolve();
    },
    changed: ({ id }: { id: string }) => void told.push(id),
  };
  const watching = cluster.watch(listener, ended.signal);
  run();
  await begun.promise;
  expect(view.podsOf("r")).toHaveLength(1);
  expect(told).toEqual(["begun"]);
  ended.abort();
  await watching;
});
