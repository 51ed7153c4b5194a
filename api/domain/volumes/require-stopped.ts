import { isVerifiedGone } from "#domain/resources/derive-status.ts";
import type { ResourceView } from "#domain/resources/resource-view.ts";
import { wrongState } from "#domain/resources/wrong-state.ts";

/** Refuses while the container's workload could still be using its volumes. */
export function requireStopped(container: ResourceView, cannotBe: string): void {
  const { desiredState } = container;
  if (desiredState === "stopped" && isVerifiedGone(container)) return;
  throw wrongState(
    container,
    cannotBe,
    desiredState === "deleted"
      ? "Choose another container."
      : "Stop it first, and wait until it is.",
  );
}
