import { setTimeout as sleep } from "node:timers/promises";
import type { V1ContainerStateTerminated, V1ContainerStatus, V1Pod } from "@kubernetes/client-node";
import type { Connection } from "./connect.ts";
import { changePodStatus, conditions, type PodName, type PodStatusChange } from "./pod-status.ts";

/** How a process ends, and what the kubelet then does. */
export interface End {
  exitCode: number;
  /** The kernel killed it for its memory; the exit code then is 137. */
  outOfMemory?: boolean;
  /** From the end to the restart; a kubelet waits 10 s, then ever longer up to 5 minutes. */
  pauseMs?: number;
}

const PAUSE_MS = 500;
const RUN_MS = 200;

/**
 * Ends the process of a running Pod, all that its kubelet writes of it included; where the Pod's restart policy wants it,
 * starts the process again after a pause. Answers when the end is written, `restarted` when the restart is; both are false
 * where there was nothing to end or to restart.
 */
export async function endProcess(
  connection: Connection,
  pod: PodName,
  end: End,
): Promise<{ ended: boolean; restarted: Promise<boolean> }> {
  const ended = await changePodStatus(connection, pod, (current) =>
    isRunning(current) ? afterEnd(current, end) : null,
  );
  const restarted = ended ? restartLater(connection, pod, end) : Promise.resolve(false);
  // Who does not wait for the restart does not hear of a cluster that was stopped meanwhile.
  restarted.catch(() => {});
  return { ended, restarted };
}

/** Ends every process of the Pod, also one that has yet to start, until the signal aborts or the Pod is gone. */
export async function keepEnding(
  connection: Connection,
  pod: PodName,
  end: End,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const { restarted } = await endProcess(connection, pod, end);
    await restarted;
    await sleep(RUN_MS, undefined, { signal }).catch(() => {});
  }
}

/** Readiness comes and goes while the process runs, as a probe sees it. */
export function setReady(connection: Connection, pod: PodName, ready: boolean): Promise<boolean> {
  return changePodStatus(connection, pod, (current) => ({
    conditions: conditions(current, ready ? "True" : "False", ready ? null : "ContainersNotReady"),
    containerStatuses: current.status!.containerStatuses!.map((it) => ({ ...it, ready })),
  }));
}

/** The kubelet ends the Pod because its node is short of memory. */
export function evict(connection: Connection, pod: PodName): Promise<boolean> {
  return changePodStatus(connection, pod, (current) => ({
    ...afterEnd(current, { exitCode: 137 }),
    phase: "Failed",
    reason: "Evicted",
    message: "The node was low on resource: memory.",
  }));
}

async function restartLater(connection: Connection, pod: PodName, end: End): Promise<boolean> {
  await sleep(end.pauseMs ?? PAUSE_MS);
  return changePodStatus(connection, pod, (current) =>
    isWaiting(current) ? afterRestart(current) : null,
  );
}

const isRunning = ({ status }: V1Pod) =>
  status?.phase === "Running" &&
  status.containerStatuses!.every(({ state }) => state?.running !== undefined);

const isWaiting = ({ status }: V1Pod) =>
  status?.containerStatuses?.some(({ state }) => state?.waiting?.reason === "CrashLoopBackOff");

function afterEnd(pod: V1Pod, end: End): PodStatusChange {
  const policy = pod.spec!.restartPolicy;
  const restarts = policy === "Always" || (policy === "OnFailure" && end.exitCode !== 0);
  const reason = end.exitCode === 0 ? "PodCompleted" : "ContainersNotReady";
  return {
    phase: restarts ? "Running" : end.exitCode === 0 ? "Succeeded" : "Failed",
    conditions: conditions(pod, "False", reason),
    containerStatuses: pod.status!.containerStatuses!.map((it) => {
      const terminated = endOf(it, end);
      return restarts ? backingOff(pod, it, terminated) : { ...stopped(it), state: { terminated } };
    }),
  };
}

const stopped = (it: V1ContainerStatus) => ({ ...it, ready: false, started: false });

function backingOff(
  pod: V1Pod,
  it: V1ContainerStatus,
  terminated: V1ContainerStateTerminated,
): V1ContainerStatus {
  const { name, namespace, uid } = pod.metadata!;
  const message = `back-off 10s restarting failed container=${it.name} pod=${name}_${namespace}(${uid})`;
  const waiting = { reason: "CrashLoopBackOff", message };
  return { ...stopped(it), lastState: { terminated }, state: { waiting } };
}

function endOf(it: V1ContainerStatus, end: End): V1ContainerStateTerminated {
  const outOfMemory = end.outOfMemory === true;
  const failed = outOfMemory ? "OOMKilled" : "Error";
  return {
    exitCode: outOfMemory ? 137 : end.exitCode,
    reason: end.exitCode === 0 && !outOfMemory ? "Completed" : failed,
    startedAt: it.state!.running!.startedAt!,
    finishedAt: new Date(),
    containerID: it.containerID!,
  };
}

function afterRestart(pod: V1Pod): PodStatusChange {
  return {
    conditions: conditions(pod, "True"),
    containerStatuses: pod.status!.containerStatuses!.map((it) => ({
      ...it,
      ready: true,
      started: true,
      restartCount: it.restartCount + 1,
      containerID: `kwok://${pod.metadata!.uid}/${it.restartCount + 1}`,
      state: { running: { startedAt: new Date() } },
    })),
  };
}
