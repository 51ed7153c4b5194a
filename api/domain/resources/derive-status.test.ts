import { expect, test } from "vitest";
import type { ClusterCauseCode, ObservedWorkload, WorkloadPhase } from "#ports/cluster.ts";
import { deriveStatus, type Desired, type Observation } from "./derive-status.ts";

const asked = new Date("2026-05-01T10:00:00.000Z");
const later = new Date("2026-05-01T10:00:01.000Z");
const before = new Date("2026-05-01T09:59:59.000Z");

const wanted = (change: Partial<Desired & Observation> = {}): Desired & Observation => ({
  kind: "container",
  desiredState: "running",
  desiredAt: asked,
  generation: 2,
  stopCause: null,
  observed: null,
  observedAt: null,
  ...change,
});

const seen = (phase: WorkloadPhase, code?: ClusterCauseCode, generation = 2): ObservedWorkload => ({
  generation,
  phase,
  cause: code === undefined ? null : { code, message: "So says the cluster." },
  exitCode: null,
  restarts: 0,
  intervals: [],
  endpoints: [],
});

const derived = (
  resource: Desired & Observation,
  volumes: Parameters<typeof deriveStatus>[1] = [],
) => {
  const { status, reason } = deriveStatus(resource, volumes);
  return `${status} ${reason.code}`;
};

test.each<[string, ObservedWorkload | null]>([
  ["PROCESSING scheduling", null],
  ["PROCESSING scheduling", seen("gone", "crash", 1)],
  ["PROCESSING predecessorStopping", seen("ready", undefined, 1)],
  ["PROCESSING predecessorStopping", seen("stopping")],
  ["PROCESSING scheduling", seen("waiting")],
  ["PROCESSING waitingForCapacity", seen("waiting", "waitingForCapacity")],
  ["PROCESSING volumePending", seen("waiting", "volumePending")],
  ["PROCESSING volumeInUse", seen("waiting", "volumeInUse")],
  ["PROCESSING predecessorStopping", seen("waiting", "predecessorStopping")],
  ["PROCESSING refused", seen("waiting", "refused")],
  ["PROCESSING starting", seen("starting")],
  ["PROCESSING imagePull", seen("starting", "imagePull")],
  ["RUNNING running", seen("ready")],
  ["PROCESSING restarting", seen("notReady", "crash")],
  ["PROCESSING restarting", seen("notReady", "outOfMemory")],
  ["PROCESSING notReady", seen("notReady", "unhealthy")],
  ["PROCESSING nodeLost", seen("lost", "nodeLost")],
  ["STOPPING completed", seen("exited")],
  ["FAILED crashLoop", seen("failed", "crash")],
  ["FAILED outOfMemory", seen("failed", "outOfMemory")],
  ["FAILED imagePullFailed", seen("failed", "imagePull")],
  ["FAILED failed", seen("failed", "evicted")],
])("RES-2 asked to run: %s (%#)", (expected, observed) => {
  expect(derived(wanted({ observed, observedAt: later }))).toBe(expected);
});

test("RES-1 a notebook that is not running yet is CREATING", () => {
  expect(derived(wanted({ kind: "notebook" }))).toBe("CREATING scheduling");
});

test("RES-4 while its own storage is not there, that is what it waits for", () => {
  const volumes = [{ observedSizeGib: null, deletedAt: null }];
  expect(derived(wanted(), volumes)).toBe("PROCESSING volumePending");
});

test.each<[string, Desired["stopCause"]]>([
  ["STOPPED stoppedByUser", "user"],
  ["STOPPED completed", "completed"],
  ["STOPPED insufficientBalance", "insufficientBalance"],
  ["STOPPED maximumRunningTime", "maximumRunningTime"],
  ["STOPPED idle", "idle"],
])("RES-4 stopped: %s", (expected, stopCause) => {
  const resource = wanted({ desiredState: "stopped", stopCause, observedAt: later });
  expect(derived(resource)).toBe(expected);
  expect(derived({ ...resource, observed: seen("gone") })).toBe(expected);
});

test("RES-5 it is STOPPED only when nothing was seen after it was asked for", () => {
  const resource = wanted({ desiredState: "stopped", stopCause: "user" });
  expect(derived(resource)).toBe("STOPPING stopping");
  expect(derived({ ...resource, observedAt: before })).toBe("STOPPING stopping");
  expect(derived({ ...resource, observedAt: later, observed: seen("stopping") })).toBe(
    "STOPPING stopping",
  );
});

test("RES-7 given up, it is FAILED and keeps the cause when its workload is gone", () => {
  const resource = wanted({ desiredState: "stopped", stopCause: "failed", observedAt: later });
  expect(derived({ ...resource, observed: seen("gone", "crash") })).toBe("FAILED crashLoop");
  const { reason } = deriveStatus({ ...resource, observed: seen("gone", "outOfMemory") }, []);
  expect(reason.message).toContain("So says the cluster.");
  expect(reason.nextStep).not.toBeNull();
});

test("RES-5 it is DELETED only when neither workload nor storage is left", () => {
  const resource = wanted({ desiredState: "deleted" });
  const volume = { observedSizeGib: 10, deletedAt: null };
  expect(derived({ ...resource, observedAt: before }, [volume])).toBe("DELETING deleting");
  expect(derived({ ...resource, observedAt: later, observed: seen("stopping") }, [])).toBe(
    "DELETING deleting",
  );
  expect(derived({ ...resource, observedAt: later }, [volume])).toBe("DELETING deletingStorage");
  expect(derived({ ...resource, observedAt: later }, [{ ...volume, deletedAt: later }])).toBe(
    "DELETED deleted",
  );
});
