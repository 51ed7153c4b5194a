import type { ObservedWorkload } from "#ports/cluster.ts";
import type { ResourceRow } from "../resource-view.ts";

/** What is to be done on the cluster so that what is observed becomes what is desired; null: nothing now. */
export function nextStep(
  resource: Pick<ResourceRow, "desiredState" | "generation">,
  observed: ObservedWorkload | null,
): "apply" | "remove" | null {
  if (resource.desiredState !== "running") {
    return observed === null || observed.phase === "stopping" ? null : "remove";
  }
  if (observed === null || observed.generation < resource.generation) return "apply";
  return observed.phase === "lost" || observed.drifted ? "apply" : null;
}
