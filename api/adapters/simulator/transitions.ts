import { commandEnding } from "./command-ending.ts";
import { delayFor, strike, targetOf } from "./failures.ts";
import { say } from "./log.ts";
import { placeWaiting } from "./placement.ts";
import { closeInterval, releaseVolumes } from "./requests.ts";
import type {
  ClusterState,
  Ending,
  SimulatedNode,
  SimulatedVolume,
  SimulatedWorkload,
} from "./state.ts";

const MAX_PULLS = 4;
const KILLED = 137;

/** Does everything that is due until `until`, each transition at its own moment and in order of time. */
export function advance(state: ClusterState, until: number): void {
  for (;;) {
    const due = earliest(state);
    if (due === null || due.nextAt! > until) return;
    const at = due.nextAt!;
    if ("resourceId" in due) advanceWorkload(state, due, at);
    else if ("volumeId" in due) advanceVolume(state, due, at);
    else due.nextAt = null;
    if (!state.removed.has(due)) state.touched.add(due);
    releaseVolumes(state, at);
    placeWaiting(state, at);
  }
}

type Timed = SimulatedNode | SimulatedWorkload | SimulatedVolume;

// Ties go to nodes, then volumes, then workloads in order: what frees something comes before what needs it.
function earliest(state: ClusterState): Timed | null {
  let first: Timed | null = null;
  for (const list of [state.nodes, state.volumes, state.workloads]) {
    for (const it of list)
      if (it.nextAt !== null && (first === null || it.nextAt < first.nextAt!)) first = it;
  }
  return first;
}

function advanceVolume(state: ClusterState, volume: SimulatedVolume, at: number): void {
  const step = volume.next;
  volume.next = null;
  volume.nextAt = null;
  if (step === "gone") return state.removeVolume(volume);
  if (strike(state, "volumeStuck", targetOf(volume)) !== null) {
    volume.next = "provision";
    volume.cause = {
      code: "volumePending",
      message: "The simulated storage does not provision this volume (failure on demand).",
    };
    return;
  }
  volume.phase = "ready";
  volume.cause = null;
  volume.sizeGib = volume.askedGib;
  volume.sizeSince = at;
  volume.provisionedAt ??= at;
}

function advanceWorkload(state: ClusterState, workload: SimulatedWorkload, at: number): void {
  const step = workload.next;
  workload.next = null;
  workload.nextAt = null;
  if (step === "gone") state.removeWorkload(workload);
  else if (step === "start") start(state, workload, at);
  else if (step === "end") endProcess(state, workload, workload.ending!, at);
  // After `schedule` the workload is in the scheduler's hands: see placeWaiting.
}

function start(state: ClusterState, workload: SimulatedWorkload, at: number): void {
  const target = targetOf(workload);
  if (strike(state, "imagePull", target) !== null) return failPull(state, workload, at);
  const { image } = workload.spec;
  say(workload, at, `This is a simulated workload: no process runs, and ${image} is not pulled.`);
  const crash = strike(state, "crash", target);
  if (crash !== null)
    return endProcess(state, workload, { exitCode: crash.exitCode ?? 1, outOfMemory: false }, at);
  if (strike(state, "nodeLost", target) !== null) return loseNode(state, workload.node!, at);
  workload.phase = "ready";
  workload.cause = null;
  workload.intervals.push({ since: at, until: null });
  say(workload, at, "Ready.");
  planEnding(state, workload, at);
}

function planEnding(state: ClusterState, workload: SimulatedWorkload, at: number): void {
  const target = targetOf(workload);
  const killed = strike(state, "outOfMemory", target);
  const exit = killed ?? strike(state, "exit", target);
  const own = commandEnding(workload.spec.command);
  if (exit === null && own === null) return;
  workload.ending = {
    exitCode: killed !== null ? KILLED : exit !== null ? (exit.exitCode ?? 0) : own!.exitCode,
    outOfMemory: killed !== null,
  };
  workload.next = "end";
  workload.nextAt =
    at + (exit === null ? (own!.afterMs ?? state.delays.runMs) : state.delays.runMs);
}

/** The process ends: with 0 for good, otherwise it is started again after a pause until that was done often enough (RES-7). */
export function endProcess(
  state: ClusterState,
  workload: SimulatedWorkload,
  ending: Ending,
  at: number,
): void {
  closeInterval(workload, at);
  workload.exitCode = ending.exitCode;
  say(workload, at, `The process ended with exit code ${ending.exitCode}.`);
  workload.ending = null;
  workload.next = null;
  workload.nextAt = null;
  workload.cause = ending.exitCode === 0 ? null : causeOf(ending);
  if (ending.exitCode === 0 || workload.restarts >= workload.spec.maxRestarts) {
    workload.phase = ending.exitCode === 0 ? "exited" : "failed";
    workload.node = null;
    return;
  }
  workload.phase = "notReady";
  workload.next = "start";
  workload.nextAt =
    at + delayFor(state, targetOf(workload), state.delays.retryMs * 2 ** workload.restarts);
  workload.restarts += 1;
}

/** The node goes away for a while; its workloads are lost, and those that were being removed are gone. */
export function loseNode(state: ClusterState, name: string, at: number): void {
  const node = state.nodes.find((it) => it.name === name);
  if (node === undefined) return;
  node.nextAt = at + state.delays.nodeReturnMs;
  state.touched.add(node);
  for (const workload of state.workloads.filter((it) => it.node === name))
    loseWorkload(state, workload, at);
}

/** A workload whose node is gone: it runs no more, and waits to be applied again. */
export function loseWorkload(state: ClusterState, workload: SimulatedWorkload, at: number): void {
  closeInterval(workload, at);
  workload.node = null;
  workload.ending = null;
  workload.next = null;
  workload.nextAt = null;
  if (workload.phase === "stopping") return state.removeWorkload(workload);
  workload.phase = "lost";
  workload.cause = { code: "nodeLost", message: "The simulated node that it ran on was lost." };
  state.touched.add(workload);
}

function failPull(state: ClusterState, workload: SimulatedWorkload, at: number): void {
  workload.cause = {
    code: "imagePull",
    message: `The image ${workload.spec.image} cannot be pulled (failure on demand).`,
  };
  workload.pulls += 1;
  if (workload.pulls >= MAX_PULLS) {
    workload.phase = "failed";
    workload.node = null;
    return;
  }
  workload.next = "start";
  workload.nextAt = at + state.delays.retryMs * 2 ** (workload.pulls - 1);
}

function causeOf(ending: Ending): SimulatedWorkload["cause"] {
  return ending.outOfMemory
    ? {
        code: "outOfMemory",
        message: "The process needed more memory than the flavor has, and was killed.",
      }
    : { code: "crash", message: `The process ended with exit code ${ending.exitCode}.` };
}
