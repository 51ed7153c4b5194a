import { setTimeout as sleep } from "node:timers/promises";
import { ClusterUnavailable, type Cluster, type NodeCapacity } from "#ports/cluster.ts";

/** What a cluster had free. */
export interface Capacity {
  readonly nodes: readonly NodeCapacity[];
  /** Site time just before it was asked. */
  readonly takenAt: Date;
}

interface Known {
  /** `askedAt`: machine time. */
  latest: (Capacity & { askedAt: number }) | null;
  asking: { done: Promise<void>; since: number } | null;
}

const FRESH_MS = 1000;
const PATIENCE_MS = 2000;

// Kept beside the client it came from, so that every verb shares one answer and nothing outlives the cluster.
const known = new WeakMap<Cluster, Known>();

/**
 * What the cluster has free, at most a second old: however many requests ask, the cluster is asked by one at a time.
 * `fresh` asks it now. When it does not answer, the last that is known of it; null when nothing ever was. Nobody waits
 * for a question that was asked in vain for two seconds: a cluster that is silent would hold up all that is asked for.
 */
export async function capacityOf(
  cluster: Cluster,
  { clock, fresh }: { clock: () => Promise<Date>; fresh: boolean },
): Promise<Capacity | null> {
  const state = known.get(cluster) ?? { latest: null, asking: null };
  known.set(cluster, state);
  if (fresh || state.latest === null || age(state.latest) > FRESH_MS) {
    // Read on the caller's own connection: whoever waits here for another's may hold the last one.
    const takenAt = await clock();
    state.asking ??= { done: ask(cluster, state, takenAt), since: performance.now() };
    const { done, since } = state.asking;
    const left = since + PATIENCE_MS - performance.now();
    if (left > 0) await Promise.race([done, sleep(left, undefined, { ref: false })]);
  }
  return state.latest;
}

async function ask(cluster: Cluster, state: Known, takenAt: Date): Promise<void> {
  const askedAt = performance.now();
  try {
    state.latest = { nodes: await cluster.capacity(), takenAt, askedAt };
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
