import type { Endpoint, ObservedWorkload } from "#ports/cluster.ts";
import type { OwnPod } from "../view/pod-facts.ts";
import { intervalsOf, ownerOf } from "./intervals.ts";
import { phaseOf, type Circumstances } from "./phase.ts";

export interface Surroundings {
  circumstances: (pod: OwnPod) => Circumstances;
  /** Since when its node is gone. */
  lostAt: (pod: OwnPod) => string | null;
  endpoints: Endpoint[];
  /** Pods that went, of which something is not recorded yet. */
  departed: OwnPod[];
}

/** What is left of a workload all of whose Pods went: only what is not recorded yet of when they were ready. */
export function observeDeparted(
  departed: OwnPod[],
  before: ObservedWorkload | null,
): ObservedWorkload {
  return {
    generation: Math.max(...departed.map(({ generation }) => generation)),
    phase: "waiting",
    cause: null,
    exitCode: before?.exitCode ?? null,
    restarts: before?.restarts ?? 0,
    intervals: intervalsOf(departed, before, () => null),
    endpoints: [],
    // It is not there: to apply it again makes it anew.
    drifted: true,
  };
}

/** A resource's state from its Pods, of which there is at least one, and what was recorded before. */
export function observeWorkload(
  pods: OwnPod[],
  before: ObservedWorkload | null,
  { circumstances, lostAt, endpoints, departed }: Surroundings,
): ObservedWorkload {
  const ordered = pods.toSorted((a, b) => a.generation - b.generation || a.attempt - b.attempt);
  const newest = ordered.at(-1)!;
  const intervals = intervalsOf([...departed, ...ordered], before, lostAt);
  const { phase, cause } = phaseOf(newest, {
    ...circumstances(newest),
    // What was ready before this process looked is no start that fails.
    wasReady: intervals.some((it) => ownerOf(it, ordered) === newest),
  });
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
    intervals,
    endpoints: newest.node === null || phase === "stopping" ? [] : endpoints,
  };
}
