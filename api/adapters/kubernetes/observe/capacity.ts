import type { NodeCapacity } from "#ports/cluster.ts";
import type { KubernetesConfig } from "../config.ts";
import type { NodeFacts } from "../view/node-facts.ts";
import type { PodFacts } from "../view/pod-facts.ts";

interface Used {
  cpu: number;
  memoryGib: number;
  gpus: number;
  pods: number;
}

/** CAT-3: allocatable minus requested, node by node. Nodes that take no new workload of ours have nothing free. */
export function capacityOf(
  nodes: Iterable<NodeFacts>,
  pods: Iterable<PodFacts>,
  { gpu }: Pick<KubernetesConfig, "gpu">,
): NodeCapacity[] {
  const used = usedByNode(pods, gpu.resource);
  return [...nodes].map((node) => {
    const { cpu, memoryGib, extended } = node.allocatable;
    const gpus = extended[gpu.resource] ?? 0;
    const total = { gpus, vcpu: cpu, memoryGib };
    const taken = used.get(node.name) ?? { cpu: 0, memoryGib: 0, gpus: 0, pods: 0 };
    const keptFor = node.taints.filter(({ effect }) => effect !== "PreferNoSchedule");
    const open =
      node.ready &&
      !node.cordoned &&
      keptFor.every((taint) => isTolerated(taint, gpu.resource)) &&
      taken.pods < node.allocatable.pods;
    const free = open
      ? {
          gpus: Math.max(0, gpus - taken.gpus),
          vcpu: Math.max(0, round(cpu - taken.cpu)),
          memoryGib: Math.max(0, round(memoryGib - taken.memoryGib)),
        }
      : { gpus: 0, vcpu: 0, memoryGib: 0 };
    const gpuModel = gpus > 0 ? modelOf(node, gpu) : null;
    return { gpuModel, gpusOnly: keptFor.length > 0, free, total };
  });
}

function usedByNode(pods: Iterable<PodFacts>, gpuResource: string): Map<string, Used> {
  const used = new Map<string, Used>();
  for (const { node, requests } of pods) {
    if (node === null) continue;
    const sum = used.get(node) ?? { cpu: 0, memoryGib: 0, gpus: 0, pods: 0 };
    sum.cpu += requests.cpu;
    sum.memoryGib += requests.memoryGib;
    sum.gpus += requests.extended[gpuResource] ?? 0;
    sum.pods += 1;
    used.set(node, sum);
  }
  return used;
}

/** Workloads with GPUs tolerate the taint that keeps others off them; nothing of ours tolerates another. */
const isTolerated = ({ key, effect }: NodeFacts["taints"][number], gpuResource: string): boolean =>
  key === gpuResource && effect === "NoSchedule";

// A product that the site file does not name goes by its own name, so that it fits no flavor by accident.
function modelOf({ labels }: NodeFacts, { label, products }: KubernetesConfig["gpu"]): string {
  const product = labels[label] ?? "unknown";
  const known = Object.entries(products).find(([, values]) => values.includes(product));
  return known?.[0] ?? product;
}

// Sums of thousandths are not exact.
const round = (value: number): number => Math.round(value * 1e6) / 1e6;
