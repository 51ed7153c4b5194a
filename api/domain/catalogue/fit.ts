import type { NodeCapacity } from "#ports/cluster.ts";
import type { Flavor } from "./catalogue.ts";

/** What a workload of a flavor asks of its node. */
export type Size = Pick<Flavor, "gpu" | "vcpu" | "memoryGib">;

/** How many more workloads of this size fit, node by node (CAT-3). */
export function countFitting(nodes: readonly NodeCapacity[], size: Size): number {
  return nodes.reduce((sum, node) => sum + fittingOn(node, size), 0);
}

/**
 * What is left after workloads that the cluster has accepted but not placed. Each goes where a scheduler would put it,
 * the fullest node that takes it; one that fits nowhere waits and takes nothing.
 */
export function afterPlacing(
  nodes: readonly NodeCapacity[],
  pending: readonly Size[],
): NodeCapacity[] {
  const left = nodes.map((node) => ({ ...node, free: { ...node.free } }));
  let last: { size: Size; node: NodeCapacity } | undefined;
  for (const size of pending) {
    // Of equal ones in a row the next follows the last: where that went is fuller now, and the others are as they were.
    const follows = last?.size === size && fittingOn(last.node, size) > 0;
    const node = follows ? last!.node : fullestThatTakes(left, size);
    if (node === undefined) continue;
    node.free.gpus -= size.gpu?.count ?? 0;
    node.free.vcpu -= size.vcpu;
    node.free.memoryGib -= size.memoryGib;
    last = { size, node };
  }
  return left;
}

function fullestThatTakes(nodes: readonly NodeCapacity[], size: Size): NodeCapacity | undefined {
  return nodes
    .filter((node) => fittingOn(node, size) > 0)
    .toSorted((a, b) => a.free.gpus - b.free.gpus || a.free.vcpu - b.free.vcpu)[0];
}

function fittingOn(
  { gpuModel, gpusOnly, free }: NodeCapacity,
  { gpu, vcpu, memoryGib }: Size,
): number {
  const byCpu = Math.min(Math.floor(free.vcpu / vcpu), Math.floor(free.memoryGib / memoryGib));
  if (gpu === null) return gpusOnly ? 0 : Math.max(0, byCpu);
  if (gpuModel !== gpu.model) return 0;
  return Math.max(0, Math.min(byCpu, Math.floor(free.gpus / gpu.count)));
}
