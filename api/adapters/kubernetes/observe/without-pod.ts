import type { ObservedWorkload } from "#ports/cluster.ts";

/**
 * A workload of which only what stands around it is left: being removed, or, after a crash or somebody's hand, there without
 * it, to be completed or removed.
 */
export function withoutPod(
  around: { removed: boolean }[],
  before: ObservedWorkload | null,
): ObservedWorkload {
  const stopping = around.some(({ removed }) => removed);
  return {
    generation: stopping ? (before?.generation ?? 0) : 0,
    phase: stopping ? "stopping" : "waiting",
    cause: null,
    exitCode: before?.exitCode ?? null,
    restarts: before?.restarts ?? 0,
    intervals: (before?.intervals ?? []).filter(({ stoppedAt }) => stoppedAt !== null),
    endpoints: [],
  };
}
