import type { VolumeRequest, Workload } from "#ports/cluster.ts";
import { delayFor, targetOf } from "./failures.ts";
import { isInUse, placeWaiting } from "./placement.ts";
import type { ClusterState, SimulatedVolume, SimulatedWorkload } from "./state.ts";

/** See `Cluster.applyWorkload`. */
export function applyWorkload(state: ClusterState, workload: Workload, now: number): void {
  const generations = state.generationsOf(workload.resourceId);
  const newest = generations.at(-1);
  if (newest !== undefined && newest.generation >= workload.generation) {
    if (newest.generation === workload.generation && newest.phase === "lost")
      queue(state, newest, now);
    return;
  }
  for (const older of generations) stop(state, older, now);
  const {
    workspaceId,
    resourceId,
    generation,
    kind,
    name,
    image,
    command,
    ports,
    size,
    mounts,
    maxRestarts,
  } = workload;
  const added: SimulatedWorkload = {
    workspaceId,
    resourceId,
    generation,
    order: Math.max(0, ...state.workloads.map((it) => it.order)) + 1,
    spec: { kind, name, image, command, ports, size, mounts, maxRestarts },
    phase: "waiting",
    node: null,
    next: null,
    nextAt: null,
    ending: null,
    cause: null,
    exitCode: null,
    restarts: 0,
    pulls: 0,
    intervals: [],
  };
  state.workloads.push(added);
  queue(state, added, now);
}

/** See `Cluster.deleteWorkload`. */
export function deleteWorkload(state: ClusterState, resourceId: string, now: number): void {
  for (const workload of state.generationsOf(resourceId)) stop(state, workload, now);
}

/** See `Cluster.applyVolume`. */
export function applyVolume(state: ClusterState, request: VolumeRequest, now: number): void {
  const existing = state.volume(request.volumeId);
  if (
    existing !== undefined &&
    (existing.phase === "deleting" || existing.askedGib >= request.sizeGib)
  )
    return;
  const volume: SimulatedVolume = existing ?? {
    workspaceId: request.workspaceId,
    volumeId: request.volumeId,
    phase: "pending",
    sizeGib: 0,
    askedGib: 0,
    provisionedAt: null,
    sizeSince: null,
    next: null,
    nextAt: null,
    cause: null,
  };
  if (existing === undefined) state.volumes.push(volume);
  volume.askedGib = request.sizeGib;
  volume.next = "provision";
  volume.nextAt = now + delayFor(state, targetOf(volume), state.delays.volumeMs);
  state.touched.add(volume);
}

/** See `Cluster.deleteVolume`. */
export function deleteVolume(state: ClusterState, volumeId: string, now: number): void {
  const volume = state.volume(volumeId);
  if (volume === undefined || volume.phase === "deleting") return;
  volume.phase = "deleting";
  volume.next = "gone";
  volume.nextAt = null;
  volume.cause = null;
  state.touched.add(volume);
  releaseVolumes(state, now);
}

/** Starts the removal of volumes that are to go and that nobody uses any more. */
export function releaseVolumes(state: ClusterState, at: number): void {
  for (const volume of state.volumes) {
    if (volume.phase !== "deleting" || volume.nextAt !== null || isInUse(state, volume.volumeId))
      continue;
    volume.nextAt = at + delayFor(state, targetOf(volume), state.delays.volumeMs);
    state.touched.add(volume);
  }
}

/** Ends the ready interval, if one is open. */
export function closeInterval(workload: SimulatedWorkload, at: number): void {
  const last = workload.intervals.at(-1);
  if (last !== undefined && last.until === null) last.until = at;
}

function queue(state: ClusterState, workload: SimulatedWorkload, now: number): void {
  workload.phase = "waiting";
  workload.cause = null;
  workload.next = "schedule";
  workload.nextAt = now + delayFor(state, targetOf(workload), state.delays.scheduleMs);
  state.touched.add(workload);
}

function stop(state: ClusterState, workload: SimulatedWorkload, now: number): void {
  if (workload.phase === "stopping") return;
  closeInterval(workload, now);
  workload.ending = null;
  workload.cause = null;
  if (workload.node === null) {
    state.removeWorkload(workload);
    return placeWaiting(state, now);
  }
  workload.phase = "stopping";
  workload.next = "gone";
  workload.nextAt = now + delayFor(state, targetOf(workload), state.delays.stopMs);
  state.touched.add(workload);
}
