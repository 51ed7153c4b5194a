import type { Endpoint, ObservedWorkload } from "#ports/cluster.ts";
import type { OwnPod } from "../view/pod-facts.ts";
import { intervalsOf } from "./intervals.ts";
import { phaseOf, type Circumstances } from "./phase.ts";

export interface Surroundings {
  circumstances: (pod: OwnPod) => Circumstances;
  /** Since when its node is gone. */
  lostAt: (pod: OwnPod) => string | null;
  endpoints: Endpoint[];
}

/** A resource's state from its Pods, of which there is at least one, and what was recorded before. */
export function observeWorkload(
  pods: OwnPod[],
  before: ObservedWorkload | null,
  { circumstances, lostAt, endpoints }: Surroundings,
): ObservedWorkload {
  const ordered = pods.toSorted((a, b) => a.generation - b.generation || a.attempt - b.attempt);
  const newest = ordered.at(-1)!;
  const { phase, cause } = phaseOf(newest, circumstances(newest));
  const { terminated, last, restarts } = newest.container ?? {
    terminated: null,
    last: null,
    restarts: 0,
  };
  return {
    generation: newest.generation,
    phase,
    cause,
    exitCode: (terminated ?? last)?.exitCode ?? null,
    restarts,
    intervals: intervalsOf(ordered, before, lostAt),
    endpoints: newest.node === null || phase === "stopping" ? [] : endpoints,
  };
}
