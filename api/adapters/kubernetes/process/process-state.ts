/** What is known of a Pod, as far as its process is concerned. */
export interface ProcessFacts {
  readonly phase: string;
  /** After so many it is given up (RES-7). */
  readonly maxRestarts: number;
  readonly container: {
    readonly running: unknown;
    readonly terminated: unknown;
    readonly last: unknown;
    readonly restarts: number;
  } | null;
}

/**
 * `coming`: it never ran yet. `running`: now. `between`: it ended, and is to be started again. `ended`: for good. `gone`: with
 * its Pod.
 */
export type ProcessState = "coming" | "running" | "between" | "ended" | "gone";

export function processState(pod: ProcessFacts | undefined): ProcessState {
  if (pod === undefined) return "gone";
  const { phase, maxRestarts, container } = pod;
  if (phase === "Succeeded" || phase === "Failed") return "ended";
  // The kubelet starts again what was given up, until its Pod is removed.
  if (container !== null && container.restarts > maxRestarts) return "ended";
  if (container?.running) return "running";
  if (!container?.terminated && !container?.last) return "coming";
  return container.restarts === maxRestarts ? "ended" : "between";
}
