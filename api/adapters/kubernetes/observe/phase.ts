import type { ClusterCause, WorkloadPhase } from "#ports/cluster.ts";
import type { ContainerFacts, OwnPod, Termination } from "../view/pod-facts.ts";
import { pullProblem } from "./pull-problem.ts";
import { startProblem } from "./start-problem.ts";
import { causeOfWaiting } from "./waiting.ts";

export interface Circumstances {
  /** Its node object does not exist any more. */
  nodeGone: boolean;
  /** It was recorded as ready at some time: this process may not have seen it. */
  wasReady?: boolean;
  /** Its node is there and cannot be reached. */
  nodeAway: boolean;
  /** Machine time; decides whether a start has taken too long. */
  now: Date;
  startDeadlineSeconds: number;
}

export interface Phase {
  phase: WorkloadPhase;
  cause: ClusterCause | null;
}

const cause = (code: ClusterCause["code"], message: string): ClusterCause => ({ code, message });

/** What a Pod's workload is doing, and why it is not ready (RES-4). */
export function phaseOf(pod: OwnPod, circumstances: Circumstances): Phase {
  const { phase, removedAt, node, container } = pod;
  if (node !== null && circumstances.nodeGone && phase !== "Succeeded") return LOST;
  // Its processes are ended by the removal then, whatever phase that leaves.
  if (removedAt !== null) return removed(pod);
  if (phase === "Succeeded") return { phase: "exited", cause: null };
  if (phase === "Failed") return failed(pod);
  if (node === null) return { phase: "waiting", cause: causeOfWaiting(pod) };
  // Where the kubelet ends a process itself, it starts the next at once: no moment between the two is told.
  if (container !== null && container.restarts > pod.maxRestarts) return givenUp(container);
  if (pod.ready?.status === true) return { phase: "ready", cause: null };
  if (circumstances.nodeAway && everReady(pod, circumstances)) return AWAY;
  if (container?.waiting && isImageProblem(container.waiting.reason))
    return pulling(pod, container.waiting, circumstances);
  const ended = lastEnd(container);
  if (ended !== null && ended.exitCode !== 0) return crashing(pod, container!, ended);
  if (everReady(pod, circumstances) && container?.running)
    return { phase: "notReady", cause: UNHEALTHY };
  return starting(pod, circumstances);
}

const LOST: Phase = {
  phase: "lost",
  cause: cause("nodeLost", "The node it ran on is gone."),
};
const AWAY: Phase = {
  phase: "notReady",
  cause: cause("nodeLost", "The node it runs on does not answer."),
};
// In our words: the cluster's own name nodes, neighbours and thresholds.
const MOVED: Phase = {
  phase: "lost",
  cause: cause("evicted", "The cluster ended it to make room or to clear its node."),
};
const OVERUSED: Phase = {
  phase: "failed",
  cause: cause("evicted", "It used more temporary storage than it may."),
};
const UNHEALTHY = cause("unhealthy", "The process runs and does not answer its health check.");

// Asked for by us or by hand it is stopping; taken away by the cluster it is to be started anew.
function removed({ disruption }: OwnPod): Phase {
  if (disruption?.status !== true) return { phase: "stopping", cause: null };
  return MOVED;
}

function failed(pod: OwnPod): Phase {
  const { reason, message, container, disruption } = pod;
  const ended = lastEnd(container);
  // What it used too much of, it would use again.
  if (reason === "Evicted" && /exceed.*limit/i.test(message ?? "")) return OVERUSED;
  if (disruption?.status === true || reason !== null) return MOVED;
  return { phase: "failed", cause: ended === null ? null : causeOfEnd(ended) };
}

function givenUp(container: ContainerFacts): Phase {
  const ended = lastEnd(container);
  const well = ended === null || ended.exitCode === 0;
  return { phase: "failed", cause: well ? UNHEALTHY : causeOfEnd(ended) };
}

function crashing(pod: OwnPod, container: ContainerFacts, ended: Termination): Phase {
  const between = container.running === null;
  if (between && container.restarts >= pod.maxRestarts)
    return { phase: "failed", cause: causeOfEnd(ended) };
  return { phase: "notReady", cause: causeOfEnd(ended) };
}

// What it wrote last is for those who may read its log.
function causeOfEnd({ exitCode, reason }: Termination): ClusterCause {
  return reason === "OOMKilled"
    ? cause("outOfMemory", "The process was ended because it used more memory than it has.")
    : cause("crash", `The process ended with exit code ${exitCode}.`);
}

type Waiting = NonNullable<ContainerFacts["waiting"]>;

function pulling(pod: OwnPod, waiting: Waiting, circumstances: Circumstances): Phase {
  const why = cause("imagePull", pullProblem(waiting.reason, waiting.message));
  return { phase: isLate(pod, circumstances) ? "failed" : "starting", cause: why };
}

function starting(pod: OwnPod, circumstances: Circumstances): Phase {
  const { waiting } = pod.container ?? {};
  const why =
    waiting && !PASSING.has(waiting.reason) ? cause("crash", startProblem(waiting)) : null;
  if (!isLate(pod, circumstances)) return { phase: "starting", cause: why };
  return { phase: "failed", cause: why ?? cause("unhealthy", "It did not become ready in time.") };
}

const PASSING = new Set(["ContainerCreating", "PodInitializing"]);
const IMAGE_PROBLEMS = new Set([
  "ErrImagePull",
  "ImagePullBackOff",
  "InvalidImageName",
  "ErrImageNeverPull",
  "ImageInspectError",
  "RegistryUnavailable",
  "SignatureValidationFailed",
]);

const isImageProblem = (reason: string): boolean => IMAGE_PROBLEMS.has(reason);
const lastEnd = (container: ContainerFacts | null) =>
  container?.terminated ?? container?.last ?? null;
const everReady = ({ periods }: OwnPod, { wasReady = false }: Circumstances): boolean =>
  wasReady || periods.length > 0;

/** Whether it has held its place for so long without a process that it is given up; after it was ready, since its last end. */
export function isLate(pod: OwnPod, circumstances: Circumstances): boolean {
  const { scheduled, createdAt, container } = pod;
  const endedAt = everReady(pod, circumstances) ? lastEnd(container)?.finishedAt : null;
  const since = new Date(endedAt ?? (scheduled?.status ? scheduled.since : createdAt));
  const { now, startDeadlineSeconds } = circumstances;
  return now.getTime() - since.getTime() > startDeadlineSeconds * 1000;
}
