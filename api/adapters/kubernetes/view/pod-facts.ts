import type { Port } from "#ports/cluster.ts";
import type { KubernetesObject } from "../api/object.ts";
import { portsOf } from "../render/ports.ts";
import { ANNOTATION, LABEL } from "../names.ts";
import { GIB, quantity } from "./quantity.ts";
import { nextPeriods, type ReadyPeriod } from "./ready-periods.ts";

/** What is kept of a Pod: of anybody's, what it takes of its node; of ours, what its workload's state follows from. */
export interface PodFacts {
  namespace: string;
  name: string;
  /** Of terminated Pods none: they hold nothing. */
  node: string | null;
  requests: { cpu: number; memoryGib: number; extended: Record<string, number> };
  own: OwnPod | null;
}

export interface OwnPod {
  namespace: string;
  name: string;
  uid: string;
  /** Kubernetes' own count of its changes. */
  version: string;
  workspaceId: string;
  resourceId: string;
  generation: number;
  attempt: number;
  maxRestarts: number;
  claims: string[];
  ports: Port[];
  gpus: number;
  createdAt: string;
  /** When its removal was asked for. */
  removedAt: string | null;
  node: string | null;
  phase: "Pending" | "Running" | "Succeeded" | "Failed" | "Unknown";
  reason: string | null;
  message: string | null;
  scheduled: Condition | null;
  ready: Condition | null;
  /** Why it was or is being removed by the cluster itself. */
  disruption: Condition | null;
  container: ContainerFacts | null;
  /** Its ready periods as far as this process has seen them, oldest first. */
  periods: ReadyPeriod[];
}

export interface Condition {
  status: boolean;
  reason: string | null;
  message: string | null;
  since: string;
}

export interface ContainerFacts {
  waiting: { reason: string; message: string | null } | null;
  running: { startedAt: string } | null;
  terminated: Termination | null;
  last: Termination | null;
  restarts: number;
}

export interface Termination {
  exitCode: number;
  reason: string | null;
  finishedAt: string | null;
}

export function podFacts(
  object: KubernetesObject,
  before: PodFacts | undefined,
  gpuResource: string,
): PodFacts {
  const { spec, status = {} } = object as any;
  const { namespace = "", name } = object.metadata;
  const done = status.phase === "Succeeded" || status.phase === "Failed";
  return {
    namespace,
    name,
    node: done ? null : (spec.nodeName ?? null),
    requests: requestsOf(spec),
    own: ownPod(object, before?.own ?? null, gpuResource),
  };
}

// Older ones are recorded long since; who flaps for weeks must not fill our memory.
const PERIODS_KEPT = 64;

function ownPod(
  object: KubernetesObject,
  before: OwnPod | null,
  gpuResource: string,
): OwnPod | null {
  const { metadata } = object;
  const { labels = {}, annotations = {} } = metadata;
  const resourceId = labels[LABEL.resource];
  const workspaceId = labels[LABEL.workspace];
  if (resourceId === undefined || workspaceId === undefined) return null;
  const { spec, status = {} } = object as any;
  const facts: OwnPod = {
    namespace: metadata.namespace!,
    name: metadata.name,
    uid: metadata.uid!,
    version: metadata.resourceVersion ?? "",
    workspaceId,
    resourceId,
    generation: Number(labels[LABEL.generation]),
    attempt: Number(annotations[ANNOTATION.attempt] ?? 0),
    maxRestarts: Number(annotations[ANNOTATION.maxRestarts] ?? 0),
    claims: (spec.volumes ?? []).flatMap((it: any) => it.persistentVolumeClaim?.claimName ?? []),
    ports: portsOf(annotations[ANNOTATION.ports] ?? ""),
    gpus: requestsOf(spec).extended[gpuResource] ?? 0,
    createdAt: iso(metadata.creationTimestamp!),
    removedAt: removedAt(metadata),
    node: spec.nodeName ?? null,
    phase: status.phase ?? "Pending",
    reason: status.reason ?? null,
    message: status.message ?? null,
    scheduled: condition(status, "PodScheduled"),
    ready: condition(status, "Ready"),
    disruption: condition(status, "DisruptionTarget"),
    container: containerFacts(status.containerStatuses?.[0]),
    periods: [],
  };
  const periods = nextPeriods(before?.periods ?? [], facts).slice(-PERIODS_KEPT);
  return { ...facts, periods };
}

// The deletion timestamp is the end of the grace period.
function removedAt(metadata: KubernetesObject["metadata"]): string | null {
  if (metadata.deletionTimestamp === undefined) return null;
  const graceMs = (metadata.deletionGracePeriodSeconds ?? 0) * 1000;
  return new Date(Date.parse(metadata.deletionTimestamp) - graceMs).toISOString();
}

function condition(status: any, type: string): Condition | null {
  const found = (status.conditions ?? []).find((it: any) => it.type === type);
  if (found === undefined) return null;
  const { reason = null, message = null, lastTransitionTime } = found;
  return {
    status: found.status === "True",
    reason,
    message,
    since: iso(lastTransitionTime ?? status.startTime ?? 0),
  };
}

function containerFacts(status: any): ContainerFacts | null {
  if (status === undefined) return null;
  const { state = {}, lastState = {}, restartCount } = status;
  const { waiting, running, terminated } = state;
  return {
    waiting: waiting ? { reason: waiting.reason ?? "", message: waiting.message ?? null } : null,
    running: running ? { startedAt: iso(running.startedAt) } : null,
    terminated: termination(terminated),
    last: termination(lastState.terminated),
    restarts: restartCount ?? 0,
  };
}

function termination(state: any): Termination | null {
  if (state === undefined) return null;
  const { exitCode, reason = null, finishedAt } = state;
  return { exitCode, reason, finishedAt: finishedAt ? iso(finishedAt) : null };
}

/** What the scheduler counts: the containers together, or the largest that runs before them; plus overhead. */
function requestsOf(spec: any): PodFacts["requests"] {
  const total: Record<string, number> = {};
  const of = (container: any) => Object.entries(container.resources?.requests ?? {});
  for (const container of spec.containers ?? [])
    for (const [name, value] of of(container))
      total[name] = (total[name] ?? 0) + quantity(value as string);
  for (const container of spec.initContainers ?? [])
    for (const [name, value] of of(container))
      total[name] = Math.max(total[name] ?? 0, quantity(value as string));
  for (const [name, value] of Object.entries(spec.overhead ?? {}))
    total[name] = (total[name] ?? 0) + quantity(value as string);
  const { cpu = 0, memory = 0, ...extended } = total;
  return { cpu, memoryGib: memory / GIB, extended };
}

const iso = (at: string | number): string => new Date(at).toISOString();
