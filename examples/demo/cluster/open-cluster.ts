import { setTimeout as sleep } from "node:timers/promises";
import { attachCluster } from "../../../test/support/cluster/attach.ts";
import { connect, type Connection } from "../../../test/support/cluster/connect.ts";
import { addNodes, removeNodes } from "../../../test/support/cluster/nodes.ts";
import { startCluster } from "../../../test/support/cluster/start.ts";
import { line, progress } from "../print.ts";
import { REGIONS } from "./names.ts";

export interface OpenedCluster {
  version: string;
  url: string;
  admin: Connection;
  /** Path of the kubeconfig of an account that may do what the shipped ClusterRole says. */
  kubeconfig: string;
  storageClass: string;
}

const GONE_WITHIN_MS = 60_000;

/**
 * A Kubernetes with a GPU node for each region: one of its own, or the throw-away one of a kubeconfig. Closing the stack
 * stops the former, and leaves nothing of the demo in the latter.
 */
export async function openCluster(
  stack: AsyncDisposableStack,
  { kubeconfig, name }: { kubeconfig: string | null; name: string },
): Promise<OpenedCluster> {
  line("Starting Kubernetes: its programs are built first where that has not been done yet");
  const cluster = await (kubeconfig === null ? startCluster() : attachCluster(kubeconfig));
  stack.defer(() => cluster.stop());
  const admin = connect(cluster.kubeconfigs.admin);
  const nodes = Object.entries(REGIONS).map(([region, { product }]) => ({
    name: `${name}-${region}`,
    gpuModel: product,
    gpus: 8,
    cpu: 96,
    memoryGib: 1536,
  }));
  if (kubeconfig !== null) stack.defer(() => clean(admin, name, nodes));
  progress("adding nodes");
  await addNodes(admin, nodes);
  return {
    version: (await admin.version.getCode()).gitVersion,
    url: admin.config.getCurrentCluster()!.server,
    admin,
    kubeconfig: cluster.kubeconfigs.controlPlane,
    storageClass: cluster.storageClass,
  };
}

async function clean(admin: Connection, name: string, nodes: { name: string }[]): Promise<void> {
  const left = async () => {
    const { items } = await admin.core.listNamespace();
    return items.map(({ metadata }) => metadata!.name!).filter((it) => it.startsWith(`${name}-`));
  };
  for (const namespace of await left()) await admin.core.deleteNamespace({ name: namespace });
  // Volumes go after the namespaces, by the hand of what is stopped next.
  for (const deadline = Date.now() + GONE_WITHIN_MS; Date.now() < deadline; await sleep(500))
    if ((await left()).length === 0) break;
  await removeNodes(
    admin,
    nodes.map((node) => node.name),
  );
}
