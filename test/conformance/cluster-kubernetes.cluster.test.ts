import { openKubernetes } from "../../api/adapters/kubernetes/open.ts";
import { Jupyter } from "../support/cluster/jupyter.ts";
import { removeNodes } from "../support/cluster/nodes.ts";
import { endProcess, keepEnding } from "../support/cluster/processes.ts";
import { servePod } from "../support/cluster/serve-pod.ts";
import { kubernetesConfig } from "../support/cluster/site.ts";
import { openTestCluster } from "../support/cluster/test-cluster.ts";
import { clusterConformance, type ClusterHarness } from "./cluster-port.ts";

const GPU_MODEL = "H100 SXM5";

clusterConformance("kubernetes", async (): Promise<ClusterHarness> => {
  const test = openTestCluster();
  await test.addGpuNodes(2);
  const config = kubernetesConfig({
    id: `${test.prefix}cluster`,
    namespacePrefix: test.prefix,
    kubeconfig: test.kubeconfigs.controlPlane,
    products: { [GPU_MODEL]: [test.gpuModel] },
  });
  let refusals = 0;
  const opened = openKubernetes(config, {
    mayWrite: () => refusals-- < 1,
    onError: (kind, error) => console.error(kind, error),
  });
  const { cluster } = opened;
  const ended = new AbortController();
  const pods = new Map<string, { namespace: string; name: string; node: string }>();
  const podOf = async (resourceId: string) => {
    const { items } = await test.admin.core.listPodForAllNamespaces({
      labelSelector: `aifactory.dev/resource=${resourceId}`,
    });
    const { metadata, spec } = items.at(-1)!;
    const pod = { namespace: metadata!.namespace!, name: metadata!.name!, node: spec!.nodeName! };
    pods.set(resourceId, pod);
    return pod;
  };
  const jupyters = new Map<string, Jupyter>();
  const servers: { stop(): void }[] = [];
  const startJupyter = async (resourceId: string) => {
    const jupyter = new Jupyter();
    servers.push(await servePod(test.admin, await podOf(resourceId), 8888, jupyter.listener));
    jupyters.set(resourceId, jupyter);
    return jupyter;
  };
  return {
    cluster,
    gpuModel: GPU_MODEL,
    // Kubernetes tells whole seconds.
    now: async () => new Date(Math.floor(Date.now() / 1000) * 1000),
    async endProcess(resourceId, exitCode) {
      await endProcess(test.admin, await podOf(resourceId), { exitCode });
    },
    async keepEnding(resourceId, exitCode) {
      void keepEnding(test.admin, await podOf(resourceId), { exitCode }, ended.signal).catch(
        () => {},
      );
    },
    async loseNode(resourceId) {
      const { node } = await podOf(resourceId);
      await removeNodes(test.admin, [node]);
      await test.addGpuNodes(1);
    },
    async use(resourceId, use) {
      const jupyter = jupyters.get(resourceId) ?? (await startJupyter(resourceId));
      jupyter.use(use);
    },
    async makeUnavailable() {
      refusals = 1;
    },
    async close() {
      ended.abort();
      for (const server of servers) server.stop();
      await opened.close();
      await test.close();
    },
  };
});
