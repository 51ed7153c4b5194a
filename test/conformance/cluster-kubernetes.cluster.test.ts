import { randomUUID } from "node:crypto";
import { inject } from "vitest";
import { openKubernetes } from "../../api/adapters/kubernetes/open.ts";
import { clusterConformance, type ClusterHarness } from "./cluster-port.ts";
import { connect } from "../support/cluster/connect.ts";
import { addNodes, removeNodes } from "../support/cluster/nodes.ts";
import { kubernetesConfig } from "../support/cluster/site.ts";

clusterConformance("kubernetes", async (): Promise<ClusterHarness> => {
  const { kubeconfigs } = inject("cluster");
  const admin = connect(kubeconfigs.admin);
  const run = randomUUID().slice(0, 8);
  const product = `TEST-H100-${run}`;
  const gpuModel = `H100 ${run}`;
  const nodes = ["a", "b"].map((name) => `gpu-${run}-${name}`);
  await addNodes(
    admin,
    nodes.map((name) => ({ name, gpuModel: product, gpus: 8, cpu: 64, memoryGib: 512 })),
  );
  const config = kubernetesConfig({
    id: `test-${run}`,
    kubeconfig: kubeconfigs.controlPlane,
    products: { [gpuModel]: [product] },
  });
  const opened = openKubernetes(config, { onError: (kind, error) => console.error(kind, error) });
  const { cluster } = opened;
  return {
    cluster,
    gpuModel,
    // Kubernetes tells whole seconds.
    now: async () => new Date(Math.floor(Date.now() / 1000) * 1000),
    async endProcess(resourceId, exitCode) {},
    async keepEnding(resourceId, exitCode) {},
    async loseNode(resourceId) {},
    async use() {},
    async makeUnavailable() {},
    async close() {
      await opened.close();
      await removeNodes(admin, nodes);
    },
  };
});
