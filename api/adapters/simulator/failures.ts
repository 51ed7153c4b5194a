import type { FailureKind } from "#ports/failure-injection.ts";
import type {
  ClusterState,
  SimulatedFailure,
  SimulatedVolume,
  SimulatedWorkload,
} from "./state.ts";

const SLOWNESS = 10;

export interface Target {
  resourceId?: string | undefined;
  volumeId?: string | undefined;
  image?: string | undefined;
}

/** The first failure of this kind that matches, if any; it has then struck once more. */
export function strike(
  state: ClusterState,
  kind: FailureKind,
  target: Target,
): SimulatedFailure | null {
  const failure = state.failures.find((it) => it.failure === kind && matches(it, target));
  if (failure === undefined) return null;
  if (failure.remaining !== null) {
    failure.remaining -= 1;
    if (failure.remaining <= 0) state.removeFailure(failure);
    else state.touched.add(failure);
  }
  return failure;
}

/** How long something takes for this target: the configured delay, or ten times as long. */
export function delayFor(state: ClusterState, target: Target, delayMs: number): number {
  return strike(state, "slow", target) === null ? delayMs : delayMs * SLOWNESS;
}

export function matches(failure: SimulatedFailure, target: Target): boolean {
  const { resourceId, volumeId, image } = failure.match;
  return (
    (resourceId === undefined || resourceId === target.resourceId) &&
    (volumeId === undefined || volumeId === target.volumeId) &&
    (image === undefined || image === target.image)
  );
}

export function targetOf(object: SimulatedWorkload | SimulatedVolume): Target {
  return "resourceId" in object
    ? { resourceId: object.resourceId, image: object.spec.image }
    : { volumeId: object.volumeId };
}
