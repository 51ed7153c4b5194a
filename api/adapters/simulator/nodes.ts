import type { NodeConfig } from "./config.ts";
import { loseWorkload } from "./transitions.ts";
import type { ClusterState } from "./state.ts";

/** Makes the cluster have the configured nodes; what ran on a node that is no longer there is lost. */
export function adoptNodes(state: ClusterState, config: NodeConfig[], now: number): void {
  const wanted = new Map(config.flatMap(expand).map((node) => [node.name, node]));
  for (const node of state.nodes.filter((it) => !wanted.has(it.name))) {
    for (const workload of state.workloads.filter((it) => it.node === node.name))
      loseWorkload(state, workload, now);
    state.removeNode(node);
  }
  for (const node of wanted.values()) {
    const existing = state.nodes.find((it) => it.name === node.name);
    const adopted = Object.assign(existing ?? { nextAt: null }, node);
    if (existing === undefined) state.nodes.push(adopted);
    state.touched.add(adopted);
  }
}

function expand({ count = 1, name, ...size }: NodeConfig): Omit<NodeConfig, "count">[] {
  return Array.from({ length: count }, (_, index) => ({
    name: count === 1 ? name : `${name}-${index + 1}`,
    ...size,
  }));
}
