import { setTimeout as sleep } from "node:timers/promises";
import { ClusterUnavailable, type Cluster, type NodeCapacity } from "#ports/cluster.ts";

/** What a cluster had free, and how many milliseconds ago it was asked. */
export interface Capacity {
  readonly nodes: readonly NodeCapacity[];
  readonly ageMs: number;
}

interface Known {
  latest: { nodes: readonly NodeCapacity[]; askedAt: number } | null;
  asking: Promise<void> | null;
}

const FRESH_MS = 1000;
const PATIENCE_MS = 2000;

// Kept beside the client it came from, so that every verb shares one answer and nothing outlives the cluster.
const known = new WeakMap<Cluster, Known>();

/**
 * What the cluster has free, at most a second old: however many requests ask, the cluster is asked by one at a time.
 * `fresh` asks it now. When it does not answer, the last that is known of it; null when nothing ever was.
 */
export async function capacityOf(
  cluster: Cluster,
  options: { fresh?: boolean } = {},
): Promise<Capacity | null> {
  const state = known.get(cluster) ?? { latest: null, asking: null };
  known.set(cluster, state);
  if (options.fresh || state.latest === null || age(state.latest) > FRESH_MS) {
    state.asking ??= ask(cluster, state);
    await Promise.race([state.asking, sleep(PATIENCE_MS, undefined, { ref: false })]);
  }
  const { latest } = state;
  return latest === null ? null : { nodes: latest.nodes, ageMs: age(latest) };
}

async function ask(cluster: Cluster, state: Known): Promise<void> {
  const askedAt = performance.now();
  try {
    state.latest = { nodes: await cluster.capacity(), askedAt };
  } catch (error) {
    // What was known stands.
    if (!(error instanceof ClusterUnavailable)) throw error;
  } finally {
    state.asking = null;
  }
}

function age({ askedAt }: { askedAt: number }): number {
  return performance.now() - askedAt;
}
