import type { ObservedWorkload } from "#ports/cluster.ts";

/**
 * What is stored of an observation: what is going or gone keeps why its last process ended, so that a failed resource
 * can still say so (RES-4).
 */
export function remember(
  before: ObservedWorkload | null,
  observed: ObservedWorkload | null,
): ObservedWorkload | null {
  if (observed === null) {
    return before === null ? null : { ...before, phase: "gone", intervals: [], endpoints: [] };
  }
  if (observed.phase !== "stopping" || before?.generation !== observed.generation) return observed;
  return {
    ...observed,
    cause: observed.cause ?? before.cause,
    exitCode: observed.exitCode ?? before.exitCode,
  };
}
