import type { KubernetesObject } from "../api/object.ts";
import { ANNOTATION, FIELD_MANAGER, LABEL } from "../names.ts";
import { podFacts, type OwnPod, type PodFacts } from "../view/pod-facts.ts";

interface PodChange {
  name?: string;
  namespace?: string;
  cluster?: string;
  uid?: string;
  generation?: number;
  attempt?: number;
  maxRestarts?: number;
  createdAt?: string | undefined;
  removed?: { deletionTimestamp: string; graceSeconds: number };
  node?: string | null;
  status?: Record<string, unknown>;
}

/** A Pod of ours as an API server tells of it. */
export function podObject(change: PodChange = {}): KubernetesObject {
  const { generation = 1, attempt = 0, maxRestarts = 5, removed } = change;
  return {
    metadata: {
      namespace: change.namespace ?? "aifactory-ws-w",
      name: change.name ?? `r-r-${generation}`,
      uid: change.uid ?? `uid-${generation}-${attempt}`,
      creationTimestamp: change.createdAt ?? "2026-11-29T09:00:00Z",
      ...(removed && {
        deletionTimestamp: removed.deletionTimestamp,
        deletionGracePeriodSeconds: removed.graceSeconds,
      }),
      labels: {
        [LABEL.managedBy]: FIELD_MANAGER,
        [LABEL.cluster]: change.cluster ?? "c",
        [LABEL.workspace]: "w",
        [LABEL.resource]: "r",
        [LABEL.generation]: String(generation),
      },
      annotations: {
        [ANNOTATION.attempt]: String(attempt),
        [ANNOTATION.maxRestarts]: String(maxRestarts),
        [ANNOTATION.ports]: "8888/HTTP",
      },
    },
    spec: {
      ...(change.node !== null && { nodeName: change.node ?? "gpu-1" }),
      containers: [{ name: "main", resources: { requests: { cpu: "8", memory: "96Gi" } } }],
    },
    status: change.status ?? {},
  };
}

/** What is known of a Pod after it was seen in each of these states in turn. */
export function seen(...states: PodChange[]): OwnPod {
  let known: PodFacts | undefined;
  for (const state of states) known = podFacts(podObject(state), known, "nvidia.com/gpu");
  return known!.own!;
}

const condition = (type: string, status: "True" | "False", at: string, more = {}) => ({
  type,
  status,
  lastTransitionTime: at,
  ...more,
});

const scheduled = (at: string) => condition("PodScheduled", "True", at);

export const ready = (at: string, restarts = 0) => ({
  phase: "Running",
  conditions: [scheduled("2026-11-29T09:00:00Z"), condition("Ready", "True", at)],
  containerStatuses: [{ state: { running: { startedAt: at } }, restartCount: restarts }],
});

export const unready = (at: string) => ({
  phase: "Running",
  conditions: [scheduled("2026-11-29T09:00:00Z"), condition("Ready", "False", at)],
  containerStatuses: [{ state: { running: { startedAt: at } }, restartCount: 0 }],
});

/** Between two restarts. */
export const backOff = (at: string, exitCode: number, restarts: number, reason = "Error") => ({
  phase: "Running",
  conditions: [scheduled("2026-11-29T09:00:00Z"), condition("Ready", "False", at)],
  containerStatuses: [
    {
      state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 10s" } },
      lastState: { terminated: { exitCode, reason, finishedAt: at } },
      restartCount: restarts,
    },
  ],
});

/** Its image is looked up for a restart, in vain. */
export const pulledAnew = (endedAt: string) => {
  const status = backOff(endedAt, 3, 1);
  const state = { waiting: { reason: "ErrImagePull", message: "no such host" } };
  return { ...status, containerStatuses: status.containerStatuses.map((it) => ({ ...it, state })) };
};

export const restarted = (at: string, endedAt: string, restarts: number, exitCode = 3) => ({
  ...ready(at, restarts),
  containerStatuses: [
    {
      state: { running: { startedAt: at } },
      lastState: { terminated: { exitCode, reason: "Error", finishedAt: endedAt } },
      restartCount: restarts,
    },
  ],
});

export const waiting = (reason: string, message: string) => ({
  phase: "Pending",
  conditions: [
    scheduled("2026-11-29T09:00:00Z"),
    condition("Ready", "False", "2026-11-29T09:00:00Z"),
  ],
  containerStatuses: [{ state: { waiting: { reason, message } }, restartCount: 0 }],
});

export const unschedulable = (message: string) => ({
  phase: "Pending",
  conditions: [
    condition("PodScheduled", "False", "2026-11-29T09:00:00Z", {
      reason: "Unschedulable",
      message,
    }),
  ],
});

export const disrupted = (reason: string, message: string) =>
  condition("DisruptionTarget", "True", "2026-11-29T09:20:00Z", { reason, message });
