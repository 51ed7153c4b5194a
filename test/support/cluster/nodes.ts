import { setTimeout as sleep } from "node:timers/promises";
import type { V1Node } from "@kubernetes/client-node";
import { isCode, MERGE, STRATEGIC, type Connection } from "./connect.ts";
import { changePodStatus, conditions } from "./pod-status.ts";

const READY_MS = 30_000;
const SIMULATED = { "kwok.x-k8s.io/node": "fake" };
const GPU_MODEL = "nvidia.com/gpu.product";

export interface TestNode {
  name: string;
  /** As NVIDIA's labels have it, for example `NVIDIA-H100-80GB-HBM3`; null for a node without GPUs. */
  gpuModel: string | null;
  gpus: number;
  cpu: number;
  memoryGib: number;
  labels?: Record<string, string>;
}

/** Adds simulated nodes, and waits until they take Pods. */
export async function addNodes({ core }: Connection, nodes: TestNode[]): Promise<void> {
  for (const node of nodes) await core.createNode({ body: manifest(node) });
  for (const { name } of nodes) await untilTakesPods(core, name);
}

/** Removes nodes as an operator does. Kubernetes removes their Pods a minute later. */
export async function removeNodes({ core }: Connection, names: string[]): Promise<void> {
  for (const name of names) {
    try {
      await core.deleteNode({ name });
    } catch (error) {
      if (!isCode(error, 404)) throw error;
    }
  }
}

/** The node stops answering, and nothing on it is told anything any more. Writes what Kubernetes writes 50 s later. */
export async function loseNode(connection: Connection, name: string): Promise<void> {
  const { core } = connection;
  await core.patchNode({ name, body: { metadata: { labels: unmanaged() } } }, MERGE);
  await setReady(core, name, "Unknown");
  await setPodsReady(connection, name, "False");
}

/** The node answers again; its Pods ran all the while, and those not being deleted are ready again. */
export async function returnNode(connection: Connection, name: string): Promise<void> {
  const { core } = connection;
  await core.patchNode({ name, body: { metadata: { labels: SIMULATED } } }, MERGE);
  await setReady(core, name, "True");
  await setPodsReady(connection, name, "True");
  await untilTakesPods(core, name);
}

const unmanaged = () => Object.fromEntries(Object.keys(SIMULATED).map((label) => [label, null]));

async function setReady(core: Connection["core"], name: string, status: string): Promise<void> {
  const reasons: Record<string, [string, string]> = {
    True: ["KubeletReady", "kubelet is posting ready status"],
    Unknown: ["NodeStatusUnknown", "Kubelet stopped posting node status."],
  };
  const [reason, message] = reasons[status]!;
  const now = new Date().toISOString();
  const condition = { type: "Ready", status, reason, message, lastTransitionTime: now };
  const conditions = [status === "True" ? { ...condition, lastHeartbeatTime: now } : condition];
  await core.patchNodeStatus({ name, body: { status: { conditions } } }, STRATEGIC);
}

async function setPodsReady(connection: Connection, node: string, status: "True" | "False") {
  const fieldSelector = `spec.nodeName=${node}`;
  const { items } = await connection.core.listPodForAllNamespaces({ fieldSelector });
  for (const { metadata } of items) {
    const pod = { namespace: metadata!.namespace!, name: metadata!.name! };
    await changePodStatus(connection, pod, (current) => {
      const ready = current.status!.containerStatuses?.every((it) => it.ready) ?? false;
      if (!ready) return null;
      return { conditions: conditions(current, status).filter(({ type }) => type === "Ready") };
    });
  }
}

async function untilTakesPods(core: Connection["core"], name: string): Promise<void> {
  for (const deadline = Date.now() + READY_MS; Date.now() < deadline; await sleep(50)) {
    const { spec, status } = await core.readNode({ name });
    const ready = status?.conditions?.find(({ type }) => type === "Ready")?.status === "True";
    if (ready && (spec?.taints ?? []).length === 0) return;
  }
  throw new Error(`node ${name} was not ready within ${READY_MS / 1000} s`);
}

function manifest(node: TestNode): V1Node {
  const gpus = node.gpus > 0 ? { "nvidia.com/gpu": String(node.gpus) } : {};
  const size = { cpu: String(node.cpu), memory: `${node.memoryGib}Gi`, pods: "250", ...gpus };
  return {
    metadata: {
      name: node.name,
      labels: {
        ...SIMULATED,
        "kubernetes.io/hostname": node.name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        ...(node.gpuModel === null ? {} : { [GPU_MODEL]: node.gpuModel }),
        ...node.labels,
      },
    },
    status: { allocatable: size, capacity: size },
  };
}
