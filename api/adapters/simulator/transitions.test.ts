import { expect, test } from "vitest";
import type { Workload } from "#ports/cluster.ts";
import type { FailureRequest } from "#ports/failure-injection.ts";
import { commandEnding } from "./command-ending.ts";
import type { Delays, NodeConfig } from "./config.ts";
import { clear, inject } from "./inject.ts";
import { adoptNodes } from "./nodes.ts";
import { capacityOf } from "./observe.ts";
import { applyVolume, applyWorkload, deleteVolume, deleteWorkload } from "./requests.ts";
import { ClusterState } from "./state.ts";
import { advance } from "./transitions.ts";

const delays: Delays = {
  scheduleMs: 10,
  startMs: 100,
  stopMs: 50,
  volumeMs: 30,
  runMs: 1000,
  retryMs: 200,
  nodeReturnMs: 5000,
};
const NODE: NodeConfig = { name: "gpu", gpuModel: "H100", gpus: 8, vcpu: 64, memoryGib: 512 };

function clusterOf(...nodes: NodeConfig[]): ClusterState {
  const state = new ClusterState(delays);
  adoptNodes(state, nodes, 0);
  return state;
}

const workload = (resourceId: string, gpus: number, change: Partial<Workload> = {}): Workload => ({
  workspaceId: "ws",
  resourceId,
  generation: 1,
  kind: "container",
  name: resourceId,
  image: "image",
  command: null,
  env: [],
  ports: [],
  size: { vcpu: 1, memoryGib: 1, gpu: gpus === 0 ? null : { model: "H100", count: gpus } },
  mounts: [],
  maxRestarts: 2,
  accessToken: "",
  registryCredentials: null,
  ...change,
});
const only = (state: ClusterState, resourceId: string) => state.generationsOf(resourceId).at(-1)!;
const fail = (state: ClusterState, failure: Omit<FailureRequest, "match">, now: number) =>
  inject(state, "failure", { match: {}, ...failure }, now);

test("RES-5 everything happens at its own moment, however late anybody looks", () => {
  const looks = [[200_000], [10, 11, 109, 110, 111, 1110, 1111, 50_000, 200_000]];
  const states = looks.map((moments) => {
    const state = clusterOf(NODE);
    applyWorkload(state, workload("a", 8, { command: ["sh", "-c", "sleep 1; exit 3"] }), 0);
    applyWorkload(state, workload("b", 8), 1);
    for (const at of moments) advance(state, at);
    return { workloads: state.workloads, nodes: state.nodes };
  });
  expect(states[0]).toEqual(states[1]);
  expect(states[0]!.workloads.map(({ phase, intervals }) => ({ phase, intervals }))).toEqual([
    {
      phase: "failed",
      intervals: [
        { since: 110, until: 1110 },
        { since: 1310, until: 2310 },
        { since: 2710, until: 3710 },
      ],
    },
    // Placed at the moment that the other one was given up.
    { phase: "ready", intervals: [{ since: 3810, until: null }] },
  ]);
});

test("CAT-3 whole GPUs on one node: what fits on no single node waits, smaller ones pass by", () => {
  const state = clusterOf({ ...NODE, count: 2 });
  for (const id of ["a", "b"]) applyWorkload(state, workload(id, 5), 0);
  applyWorkload(state, workload("large", 4), 1);
  applyWorkload(state, workload("small", 3), 2);
  advance(state, 1000);
  expect(only(state, "large")).toMatchObject({
    phase: "waiting",
    cause: { code: "waitingForCapacity" },
  });
  expect(only(state, "small").phase).toBe("ready");
  expect(
    capacityOf(state)
      .map((it) => it.free.gpus)
      .sort(),
  ).toEqual([0, 3]);
});

test("CAT-3 those who wait are placed in the order they asked in", () => {
  const state = clusterOf(NODE);
  applyWorkload(state, workload("holder", 8), 0);
  advance(state, 500);
  for (const [index, id] of ["first", "second", "third"].entries()) {
    applyWorkload(state, workload(id, 4), 500 + index);
  }
  advance(state, 900);
  deleteWorkload(state, "holder", 1000);
  advance(state, 5000);
  expect(["first", "second", "third"].map((id) => only(state, id).phase)).toEqual([
    "ready",
    "ready",
    "waiting",
  ]);
  expect(only(state, "first").intervals).toEqual([{ since: 1150, until: null }]);
});

test("CAT-3 a CPU workload keeps off GPU nodes while it can", () => {
  const cpu = { name: "cpu", gpuModel: null, gpus: 0, vcpu: 1, memoryGib: 8 };
  const state = clusterOf(NODE, cpu);
  applyWorkload(state, workload("a", 0), 0);
  advance(state, 500);
  applyWorkload(state, workload("b", 0), 500);
  advance(state, 1000);
  expect([only(state, "a").node, only(state, "b").node]).toEqual(["cpu", "gpu"]);
});

test("BIL-1 a workload that is deleted runs until then, and holds its GPUs until it is gone", () => {
  const state = clusterOf(NODE);
  applyWorkload(state, workload("a", 8), 0);
  advance(state, 500);
  deleteWorkload(state, "a", 500);
  expect(only(state, "a")).toMatchObject({
    phase: "stopping",
    intervals: [{ since: 110, until: 500 }],
  });
  expect(capacityOf(state)[0]!.free.gpus).toBe(0);
  advance(state, 550);
  expect(state.workloads).toEqual([]);
  expect(capacityOf(state)[0]!.free.gpus).toBe(8);
});

test("RES-5 a waiting workload that is deleted is gone at once", () => {
  const state = clusterOf(NODE);
  applyWorkload(state, workload("a", 16), 0);
  advance(state, 500);
  deleteWorkload(state, "a", 500);
  expect(state.workloads).toEqual([]);
});

test("RES-3 a volume that is deleted while it is in use goes after its user", () => {
  const state = clusterOf(NODE);
  applyVolume(state, { workspaceId: "ws", volumeId: "v", sizeGib: 5 }, 0);
  applyWorkload(state, workload("a", 1, { mounts: [{ volumeId: "v", mountPath: "/v" }] }), 0);
  advance(state, 20);
  expect(only(state, "a").cause?.code).toBe("volumePending");
  advance(state, 500);
  expect(only(state, "a").intervals).toEqual([{ since: 130, until: null }]);
  deleteVolume(state, "v", 500);
  advance(state, 10_000);
  expect(state.volume("v")?.phase).toBe("deleting");
  deleteWorkload(state, "a", 10_000);
  advance(state, 10_079);
  expect(state.volume("v")?.phase).toBe("deleting");
  advance(state, 10_080);
  expect(state.volume("v")).toBeUndefined();
});

test("RES-4 an image that cannot be pulled is tried with growing pauses, then given up", () => {
  const state = clusterOf(NODE);
  fail(state, { failure: "imagePull" }, 0);
  applyWorkload(state, workload("a", 8), 0);
  advance(state, 1509);
  expect(only(state, "a")).toMatchObject({ phase: "starting", cause: { code: "imagePull" } });
  advance(state, 1510);
  expect(only(state, "a")).toMatchObject({ phase: "failed", node: null, intervals: [] });
});

test("RES-4 a failure with a count strikes so often and is gone", () => {
  const state = clusterOf(NODE);
  fail(state, { failure: "imagePull", count: 2 }, 0);
  applyWorkload(state, workload("a", 8), 0);
  advance(state, 60_000);
  expect(only(state, "a")).toMatchObject({ phase: "ready", pulls: 2 });
  expect(state.failures).toEqual([]);
});

test("RES-7 a crash before readiness charges nothing and is restarted", () => {
  const state = clusterOf(NODE);
  fail(state, { failure: "crash", exitCode: 9, count: 1 }, 0);
  applyWorkload(state, workload("a", 1), 0);
  advance(state, 200);
  expect(only(state, "a")).toMatchObject({
    phase: "notReady",
    exitCode: 9,
    restarts: 1,
    intervals: [],
  });
  advance(state, 310);
  expect(only(state, "a").intervals).toEqual([{ since: 310, until: null }]);
});

test("RES-4 a process that needs too much memory is killed and says so", () => {
  const state = clusterOf(NODE);
  applyWorkload(state, workload("a", 1), 0);
  advance(state, 500);
  fail(state, { failure: "outOfMemory", count: 1 }, 500);
  expect(only(state, "a")).toMatchObject({
    phase: "notReady",
    exitCode: 137,
    cause: { code: "outOfMemory" },
  });
});

test("BIL-1 a lost node takes everything on it along, and comes back later", () => {
  const state = clusterOf(NODE);
  for (const id of ["a", "b", "c"]) applyWorkload(state, workload(id, 2), 0);
  advance(state, 500);
  deleteWorkload(state, "c", 490);
  inject(state, "failure", { match: { resourceId: "a" }, failure: "nodeLost" }, 500);
  expect(["a", "b"].map((id) => only(state, id).phase)).toEqual(["lost", "lost"]);
  expect(state.generationsOf("c")).toEqual([]);
  applyWorkload(state, workload("a", 2), 600);
  advance(state, 5499);
  expect(only(state, "a").phase).toBe("waiting");
  advance(state, 6000);
  expect(only(state, "a").intervals).toEqual([
    { since: 110, until: 500 },
    { since: 5600, until: null },
  ]);
});

test("RES-4 a stuck volume is provisioned when the failure is cleared", () => {
  const state = clusterOf(NODE);
  fail(state, { failure: "volumeStuck" }, 0);
  applyVolume(state, { workspaceId: "ws", volumeId: "v", sizeGib: 5 }, 0);
  advance(state, 100_000);
  expect(state.volume("v")).toMatchObject({ phase: "pending", cause: { code: "volumePending" } });
  expect(clear(state, undefined, 100_000)).toBe(1);
  advance(state, 100_030);
  expect(state.volume("v")).toMatchObject({ phase: "ready", provisionedAt: 100_030 });
});

test("RES-4 slow is ten times as long", () => {
  const state = clusterOf(NODE);
  inject(state, "failure", { match: { resourceId: "a" }, failure: "slow" }, 0);
  applyWorkload(state, workload("a", 1), 0);
  applyWorkload(state, workload("b", 1), 0);
  advance(state, 10_000);
  expect(["a", "b"].map((id) => only(state, id).intervals[0]!.since)).toEqual([1100, 110]);
});

test("CAT-3 what ran on a node that is configured away is lost", () => {
  const state = clusterOf(NODE, { ...NODE, name: "other" });
  applyWorkload(state, workload("a", 8), 0);
  advance(state, 500);
  const { node } = only(state, "a");
  adoptNodes(state, [{ ...NODE, name: node === "gpu" ? "other" : "gpu" }], 600);
  expect(only(state, "a")).toMatchObject({ phase: "lost", node: null });
  expect(capacityOf(state)).toHaveLength(1);
});

test.each<[string[] | null, ReturnType<typeof commandEnding>]>([
  [null, null],
  [["python", "train.py"], null],
  [["sleep", "60"], null],
  [["sh", "-c", "exit 3"], { afterMs: null, exitCode: 3 }],
  [["sh", "-c", "sleep 2.5; exit 0"], { afterMs: 2500, exitCode: 0 }],
  [["sh", "-c", "exit 1; sleep 5"], { afterMs: null, exitCode: 1 }],
])("RES-7 the command %j ends %j", (command, ending) => {
  expect(commandEnding(command)).toEqual(ending);
});
