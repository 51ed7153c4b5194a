import type { ClusterCause } from "#ports/cluster.ts";
import { delayFor, targetOf } from "./failures.ts";
import type { ClusterState, SimulatedNode, SimulatedWorkload } from "./state.ts";

export interface Free {
  gpus: number;
  vcpu: number;
  memoryGib: number;
}

/** Places the waiting workloads in the order they were asked for, each that fits, as a scheduler does. */
export function placeWaiting(state: ClusterState, at: number): void {
  const waiting = state.workloads.filter((it) => it.phase === "waiting" && it.next === null);
  if (waiting.length === 0) return;
  const free = new Map(state.nodes.map((node) => [node, freeOn(state, node)]));
  for (const workload of waiting.sort((a, b) => a.order - b.order)) {
    const obstacle = obstacleOf(state, workload);
    const node = obstacle === null ? bestNode(free, workload) : null;
    if (node === null) explain(state, workload, obstacle ?? NO_CAPACITY);
    else place(state, workload, node, free.get(node)!, at);
  }
}

/** What is left of a node: allocatable minus requested (CAT-3); nothing while it is away. */
export function freeOn(state: ClusterState, node: SimulatedNode): Free {
  if (node.nextAt !== null) return { gpus: 0, vcpu: 0, memoryGib: 0 };
  const free = { gpus: node.gpus, vcpu: node.vcpu, memoryGib: node.memoryGib };
  for (const workload of state.workloads) if (workload.node === node.name) take(free, workload);
  return free;
}

function place(
  state: ClusterState,
  workload: SimulatedWorkload,
  node: SimulatedNode,
  free: Free,
  at: number,
): void {
  take(free, workload);
  workload.node = node.name;
  workload.phase = "starting";
  workload.cause = null;
  workload.next = "start";
  workload.nextAt = at + delayFor(state, targetOf(workload), state.delays.startMs);
  state.touched.add(workload);
}

function take(free: Free, workload: SimulatedWorkload): void {
  const { gpu, vcpu, memoryGib } = workload.spec.size;
  free.gpus -= gpu?.count ?? 0;
  free.vcpu -= vcpu;
  free.memoryGib -= memoryGib;
}

// The fullest node that fits, so that whole nodes stay free for large flavors; CPU work keeps off GPUs while it can.
function bestNode(
  free: Map<SimulatedNode, Free>,
  workload: SimulatedWorkload,
): SimulatedNode | null {
  const { gpu, vcpu, memoryGib } = workload.spec.size;
  let best: SimulatedNode | null = null;
  for (const [node, left] of free) {
    if (node.nextAt !== null || left.vcpu < vcpu || left.memoryGib < memoryGib) continue;
    if (gpu !== null && (node.gpuModel !== gpu.model || left.gpus < gpu.count)) continue;
    if (best === null || isBetter(left, free.get(best)!)) best = node;
  }
  return best;
}

function isBetter(left: Free, best: Free): boolean {
  return left.gpus !== best.gpus ? left.gpus < best.gpus : left.vcpu < best.vcpu;
}

function obstacleOf(state: ClusterState, workload: SimulatedWorkload): ClusterCause | null {
  if (state.workloads.some((it) => it.resourceId === workload.resourceId && it !== workload))
    return PREDECESSOR;
  for (const { volumeId } of workload.spec.mounts) {
    if (state.volume(volumeId)?.phase !== "ready") return VOLUME_PENDING;
    if (isInUse(state, volumeId)) return VOLUME_IN_USE;
  }
  return null;
}

/** Whether a placed workload mounts the volume: one at a time may. */
export function isInUse(state: ClusterState, volumeId: string): boolean {
  return state.workloads.some(
    (it) => it.node !== null && it.spec.mounts.some((mount) => mount.volumeId === volumeId),
  );
}

function explain(state: ClusterState, workload: SimulatedWorkload, cause: ClusterCause): void {
  if (workload.cause?.code === cause.code) return;
  workload.cause = cause;
  state.touched.add(workload);
}

const NO_CAPACITY: ClusterCause = {
  code: "waitingForCapacity",
  message: "No node of the simulated cluster has enough free capacity.",
};
const PREDECESSOR: ClusterCause = {
  code: "predecessorStopping",
  message: "The previous workload of this resource is still being stopped.",
};
const VOLUME_PENDING: ClusterCause = {
  code: "volumePending",
  message: "A volume is not provisioned yet.",
};
const VOLUME_IN_USE: ClusterCause = {
  code: "volumeInUse",
  message: "A volume is still in use by another workload.",
};
