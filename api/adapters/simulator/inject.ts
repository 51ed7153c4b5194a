import type { FailureRequest } from "#ports/failure-injection.ts";
import { matches, strike, targetOf } from "./failures.ts";
import { releaseVolumes } from "./requests.ts";
import { placeWaiting } from "./placement.ts";
import type { ClusterState, SimulatedFailure, SimulatedWorkload } from "./state.ts";
import { endProcess, loseNode } from "./transitions.ts";

const KILLED = 137;

/** Adds a failure on demand, and lets it strike what runs already. */
export function inject(
  state: ClusterState,
  id: string,
  request: FailureRequest,
  now: number,
): SimulatedFailure {
  const failure: SimulatedFailure = {
    id,
    match: request.match,
    failure: request.failure,
    exitCode: request.exitCode ?? null,
    // A node that is lost for ever again would leave nothing to run on.
    remaining: request.count ?? (request.failure === "nodeLost" ? 1 : null),
    since: now,
  };
  state.failures.push(failure);
  state.touched.add(failure);
  for (const workload of state.workloads.filter(
    (it) => it.phase === "ready" && matches(failure, targetOf(it)),
  )) {
    if (workload.phase === "ready") strikeRunning(state, failure, workload, now);
  }
  releaseVolumes(state, now);
  placeWaiting(state, now);
  return failure;
}

/** Removes one failure or all of them, and lets go on what they held up. */
export function clear(state: ClusterState, id: string | undefined, now: number): number {
  const cleared = state.failures.filter((it) => id === undefined || it.id === id);
  for (const failure of cleared) state.removeFailure(failure);
  for (const volume of state.volumes) {
    if (volume.next !== "provision" || volume.nextAt !== null) continue;
    volume.nextAt = now + state.delays.volumeMs;
    state.touched.add(volume);
  }
  return cleared.length;
}

function strikeRunning(
  state: ClusterState,
  failure: SimulatedFailure,
  workload: SimulatedWorkload,
  now: number,
): void {
  const { failure: kind } = failure;
  if (kind !== "crash" && kind !== "exit" && kind !== "outOfMemory" && kind !== "nodeLost") return;
  if (strike(state, kind, targetOf(workload)) === null) return;
  if (kind === "nodeLost") return loseNode(state, workload.node!, now);
  const exitCode =
    kind === "outOfMemory" ? KILLED : (failure.exitCode ?? (kind === "crash" ? 1 : 0));
  endProcess(state, workload, { exitCode, outOfMemory: kind === "outOfMemory" }, now);
  state.touched.add(workload);
}
