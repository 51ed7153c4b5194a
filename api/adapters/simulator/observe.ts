import type { Endpoint, NodeCapacity, ObservedVolume, ObservedWorkload } from "#ports/cluster.ts";
import { freeOn } from "./placement.ts";
import type { ClusterState, SimulatedVolume, SimulatedWorkload } from "./state.ts";

/** What the cluster has of one resource, given all of its generations, oldest first. */
export function observeWorkload(
  region: string,
  generations: SimulatedWorkload[],
): ObservedWorkload | null {
  const newest = generations.at(-1);
  if (newest === undefined) return null;
  return {
    generation: newest.generation,
    phase: newest.phase,
    cause: newest.cause,
    exitCode: newest.exitCode,
    restarts: newest.restarts,
    intervals: generations.flatMap(({ generation, intervals }) =>
      intervals.map(({ since, until }) => ({
        generation,
        runningSince: iso(since)!,
        stoppedAt: iso(until),
      })),
    ),
    endpoints:
      newest.node === null || newest.phase === "stopping" ? [] : endpointsOf(region, newest),
  };
}

export function observeVolume(volume: SimulatedVolume): ObservedVolume {
  const { phase, sizeGib, provisionedAt, sizeSince, cause } = volume;
  return { phase, sizeGib, provisionedAt: iso(provisionedAt), sizeSince: iso(sizeSince), cause };
}

export function capacityOf(state: ClusterState): NodeCapacity[] {
  return state.nodes.map((node) => ({
    gpuModel: node.gpuModel,
    gpusOnly: false,
    free: freeOn(state, node),
    total: { gpus: node.gpus, vcpu: node.vcpu, memoryGib: node.memoryGib },
  }));
}

// `.invalid` resolves nowhere (RFC 2606): nobody mistakes these addresses for something that answers.
function endpointsOf(region: string, { resourceId, spec }: SimulatedWorkload): Endpoint[] {
  const domain = `${region}.simulated.invalid`;
  return spec.ports.map(({ port, protocol }) => ({
    port,
    protocol,
    address:
      protocol === "HTTP"
        ? `https://p${port}-${resourceId}.${domain}/`
        : `${resourceId}.${domain}:${port}`,
  }));
}

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
