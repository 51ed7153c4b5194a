import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { ClusterUnavailable } from "#ports/cluster.ts";
import { linesOf } from "./lines.ts";
import { podLogs, type LogQuery } from "./pod-logs.ts";
import { processState, type ProcessState } from "./process-state.ts";
import { readStamp } from "./stamp.ts";

const at = (second: number, text: string, decimals = "") =>
  `2026-11-21T04:42:0${second}${decimals}Z ${text}\n`;

/** A Pod that tells its log in turn; each reading may change its state afterwards. */
function pod(readings: { chunks: string[]; next?: ProcessState; fails?: unknown }[]) {
  const queries: LogQuery[] = [];
  let state: ProcessState = "running";
  return {
    queries,
    set: (to: ProcessState) => void (state = to),
    state: () => state,
    async open(query: LogQuery) {
      const reading = readings[queries.length] ?? { chunks: [], next: "ended" as const };
      queries.push(query);
      if (reading.fails !== undefined) throw reading.fails;
      return (async function* () {
        for (const chunk of reading.chunks) {
          if (chunk === "break") throw new TypeError("terminated");
          yield Buffer.from(chunk);
        }
        state = reading.next ?? state;
      })();
    },
  };
}
const follow = { tailLines: 10, follow: true };

test("RES-6 the last lines of a log are read at once", async () => {
  const once = pod([{ chunks: [at(1, "one"), "2026-11-21T04:42:02Z t", "wo\n", at(3, "")] }]);
  const options = { tailLines: 3, sinceSeconds: 60 };
  expect(await Array.fromAsync(podLogs(once, options))).toEqual(["one", "two", ""]);
  expect(once.queries).toEqual([{ ...options, timestamps: true, follow: false }]);
});

test("RES-6 a log is followed through restarts, without a line twice", async () => {
  const restarted = pod([
    { chunks: [at(1, "one"), at(1, "two", ".5")] },
    {
      chunks: [at(1, "one"), at(1, "two", ".5"), at(2, "three"), at(2, "as soon")],
      next: "between",
    },
    { chunks: [at(2, "three"), at(2, "as soon"), at(2, "last words", ".000000001")] },
  ]);
  const seen: string[] = [];
  const following = (async () => {
    for await (const line of podLogs(restarted, follow)) seen.push(line);
  })();
  await sleep(1800);
  expect(seen).toEqual(["one", "two", "three", "as soon", "last words"]);
  const asked = restarted.queries.length;
  await sleep(700);
  expect(restarted.queries).toHaveLength(asked);
  expect(restarted.queries.slice(1, 3)).toEqual([
    { sinceTime: "2026-11-21T04:42:01Z", timestamps: true, follow: true },
    { sinceTime: "2026-11-21T04:42:02Z", timestamps: true, follow: false },
  ]);
  restarted.set("running");
  await following;
  expect(seen).toHaveLength(5);
});

test("RES-6 a log that breaks off while it is followed is read on; one that is read at once is not whole", async () => {
  const readings = [
    { chunks: [at(1, "one"), "break"] },
    { chunks: [at(1, "one"), at(2, "two")], next: "ended" as const },
  ];
  expect(await Array.fromAsync(podLogs(pod(readings), follow))).toEqual(["one", "two"]);
  const read = Array.fromAsync(podLogs(pod(readings), { tailLines: 10 }));
  await expect(read).rejects.toBeInstanceOf(ClusterUnavailable);
});

test("RES-6 where there is no log yet, it is waited for; a cluster that does not answer is told", async () => {
  const coming = pod([
    { chunks: [], fails: Object.assign(new Error("waiting to start"), { status: 400 }) },
    { chunks: [at(1, "one")], next: "ended" },
  ]);
  coming.set("coming");
  setTimeout(() => coming.set("running"), 100);
  expect(await Array.fromAsync(podLogs(coming, follow))).toEqual(["one"]);
  coming.set("coming");
  expect(await Array.fromAsync(podLogs(coming, { tailLines: 10 }))).toEqual([]);
  coming.set("gone");
  expect(await Array.fromAsync(podLogs(coming, follow))).toEqual([]);
  const away = pod([{ chunks: [], fails: new ClusterUnavailable("no answer") }]);
  await expect(Array.fromAsync(podLogs(away, follow))).rejects.toBeInstanceOf(ClusterUnavailable);
});

test("RES-6 a signal, and whoever stops reading, end it", async () => {
  const abort = new AbortController();
  const quiet = pod([{ chunks: [] }, { chunks: [] }, { chunks: [] }]);
  const lines = Array.fromAsync(podLogs(quiet, { ...follow, signal: abort.signal }));
  await sleep(50);
  abort.abort();
  expect(await lines).toEqual([]);
  for await (const line of podLogs(pod([{ chunks: [at(1, "one"), at(2, "two")] }]), follow)) {
    expect(line).toBe("one");
    break;
  }
});

test("RES-6 lines come whole, however they are cut; endless ones in pieces", async () => {
  const text = "é\n\nzwei\nende";
  for (const size of [1, 2, 3, 100]) {
    const bytes = Buffer.from(text);
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.subarray(index * size, (index + 1) * size),
    );
    expect(await Array.fromAsync(linesOf(toAsync(chunks)))).toEqual(["é", "", "zwei", "ende"]);
  }
  const long = Array.from({ length: 5 }, () => Buffer.alloc(40_000, "x"));
  const pieces = await Array.fromAsync(linesOf(toAsync(long)));
  expect(pieces.map(({ length }) => length)).toEqual([80_000, 80_000, 40_000]);
});

async function* toAsync<T>(items: T[]): AsyncGenerator<T> {
  yield* items;
}

test.each([
  ["2026-11-21T04:42:00Z a b", "2026-11-21T04:42:00.000000000Z", "a b"],
  ["2026-11-21T04:42:00.12Z ", "2026-11-21T04:42:00.120000000Z", ""],
  ["2026-11-21T11:42:00.000000001+07:00 x", "2026-11-21T04:42:00.000000001Z", "x"],
  ["unable to retrieve container logs", null, "unable to retrieve container logs"],
])("RES-6 the time of %j is %s", (line, time, text) => {
  expect(readStamp(line)).toEqual({ at: time, text });
});

const facts = (phase: string, container: object | null, restarts = 0) => ({
  phase,
  maxRestarts: 2,
  container: container && { running: null, terminated: null, last: null, restarts, ...container },
});

test.each([
  [undefined, "gone"],
  [facts("Pending", null), "coming"],
  [facts("Pending", {}), "coming"],
  [facts("Running", { running: {}, last: {} }, 2), "running"],
  [facts("Running", { running: {}, last: {} }, 3), "ended"],
  [facts("Running", { terminated: {} }), "between"],
  [facts("Running", { last: {} }, 1), "between"],
  [facts("Running", { last: {} }, 2), "ended"],
  [facts("Succeeded", null), "ended"],
  [facts("Failed", { running: {} }), "ended"],
] as const)("RES-6 the process of %j is %s", (pod, state) => {
  expect(processState(pod)).toBe(state);
});
