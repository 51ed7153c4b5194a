import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Get } from "./ask.ts";
import { gpuPercent } from "./gpu-percent.ts";
import { jupyterActivity } from "./jupyter.ts";
import { probeActivity } from "./probe-activity.ts";

/** What the server on the other side of the connection does. */
let answer: RequestListener;
let server: Server;
let get: Get;
let asked: string[];
beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url!);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  get = (path, signal) => fetch(`http://127.0.0.1:${port}${path}`, { signal, redirect: "manual" });
});
afterAll(() => {
  server?.closeAllConnections();
  server?.close();
});
beforeEach(() => {
  asked = [];
});

const DATE = "Sat, 21 Nov 2026 12:00:00 GMT";
const ago = (seconds: number) => new Date(Date.parse(DATE) - seconds * 1000).toISOString();
const kernel = (execution_state: string, seconds: number) => ({
  id: "551081d0-6d05-47d4-8265-f6644c4763f3",
  name: "python3",
  last_activity: ago(seconds),
  execution_state,
  connections: 0,
});

/** A Jupyter server, as jupyter_server 2 answers. */
function jupyter(change: Record<string, unknown> = {}, date: string | null = DATE): void {
  const answers: Record<string, unknown> = {
    "/api/kernels": [kernel("idle", 900), kernel("idle", 600)],
    "/api/terminals": [{ name: "1", last_activity: ago(700) }],
    "/api/status": { started: ago(9000), last_activity: ago(500), connections: 0, kernels: 2 },
    ...change,
  };
  answer = (request, response) => {
    const told = answers[request.url!.split("?")[0]!];
    response.sendDate = false;
    if (date !== null) response.setHeader("date", date);
    response.statusCode = typeof told === "number" ? told : 200;
    response.end(typeof told === "string" ? told : JSON.stringify(told));
  };
}

test("RES-9 a quiet Jupyter server is read by its own clock, without being disturbed", async () => {
  jupyter();
  expect(await jupyterActivity(get)).toEqual({
    kernels: { busy: 0, quietSeconds: 600 },
    terminals: { open: 1, quietSeconds: 700 },
    connections: { open: 0, quietSeconds: 500 },
  });
  expect(asked).toHaveLength(3);
  expect(asked.every((path) => path.endsWith("?no_track_activity=1"))).toBe(true);
});

test("RES-9 kernels that compute and browsers that are connected are counted; without any there is no last activity", async () => {
  jupyter({
    "/api/kernels": [kernel("busy", 1), kernel("starting", 800), kernel("never heard of", 900)],
    "/api/terminals": [],
    "/api/status": { started: ago(9), last_activity: ago(-3), connections: 2, kernels: 3 },
  });
  expect(await jupyterActivity(get)).toEqual({
    kernels: { busy: 2, quietSeconds: 1 },
    terminals: { open: 0, quietSeconds: null },
    connections: { open: 2, quietSeconds: 0 },
  });
});

const UNREADABLE: [string, unknown][] = [
  ["403", 403],
  ["404", 404],
  ["500", 500],
  ["a login page", "<html>"],
  ["another shape", { message: "Forbidden" }],
  ["a moment that is none", [{ last_activity: "yesterday", execution_state: "idle" }]],
  ["a kernel without a state", [{ last_activity: ago(5) }]],
  ["more than a megabyte", JSON.stringify("x".repeat(1_100_000))],
];

test.each(UNREADABLE)("RES-9 %s is unknown, and the other signals are not", async (_, told) => {
  jupyter({ "/api/kernels": told });
  expect(await jupyterActivity(get)).toMatchObject({
    kernels: null,
    terminals: { quietSeconds: 700 },
    connections: { quietSeconds: 500 },
  });
});

test("RES-9 a server that does not say what time it is tells nothing of when", async () => {
  jupyter({}, null);
  const unknown = { kernels: null, terminals: null, connections: null };
  expect(await jupyterActivity(get)).toEqual(unknown);
  jupyter({ "/api/terminals": [] }, "soon");
  expect(await jupyterActivity(get)).toEqual({
    ...unknown,
    terminals: { open: 0, quietSeconds: null },
  });
});

test("RES-9 who does not answer in time, answers without an end, or redirects is unknown", async () => {
  const unknown = { kernels: null, terminals: null, connections: null };
  answer = () => {};
  expect(await jupyterActivity(get, 50)).toEqual(unknown);
  answer = (_, response) => void response.writeHead(200, { date: DATE }).write("[");
  expect(await jupyterActivity(get, 50)).toEqual(unknown);
  answer = (_, response) => void response.writeHead(302, { location: "/api/kernels" }).end("[]");
  expect(await jupyterActivity(get)).toEqual(unknown);
  expect(await jupyterActivity(() => Promise.reject(new Error("no route")))).toEqual(unknown);
});

const POD = { namespace: "aifactory-ws-1", pod: "r-1-1", gpus: 2 };
const prometheus = (...values: string[]): void => {
  const result = values.map((value) => ({ metric: {}, value: [1_795_946_991.1, value] }));
  const told = { status: "success", data: { resultType: "vector", result } };
  answer = (_, response) => void response.end(JSON.stringify(told));
};

test("RES-9 GPU use is that of the Pod's busiest GPU over the time between two probes", async () => {
  prometheus("0", "37");
  expect(await gpuPercent(get, POD)).toBe(37);
  const [, query] = asked[0]!.split("?query=");
  expect(decodeURIComponent(query!)).toBe(
    'max_over_time(DCGM_FI_DEV_GPU_UTIL{namespace="aifactory-ws-1",pod="r-1-1"}[5m]) or ' +
      'max_over_time(DCGM_FI_DEV_GPU_UTIL{exported_namespace="aifactory-ws-1",exported_pod="r-1-1"}[5m])',
  );
  prometheus("0", "0");
  expect(await gpuPercent(get, POD)).toBe(0);
});

test("RES-9 GPU use is unknown where it is not measured now, of each of them", async () => {
  prometheus();
  expect(await gpuPercent(get, POD)).toBeNull();
  prometheus("0");
  expect(await gpuPercent(get, POD)).toBeNull();
  prometheus("5");
  expect(await gpuPercent(get, POD)).toBe(5);
  prometheus("0", "NaN");
  expect(await gpuPercent(get, POD)).toBeNull();
  answer = (_, response) =>
    void response.writeHead(503).end(JSON.stringify({ status: "error", error: "no" }));
  expect(await gpuPercent(get, POD)).toBeNull();
});

test("RES-9 without a Prometheus or without GPUs there is no measure, which is not the same as unknown", async () => {
  jupyter();
  const probe = { fetchFromPod: get, fetchFromPrometheus: null, pod: POD };
  expect((await probeActivity(probe)).gpuPercent).toBe("unmetered");
  const measured = { ...probe, fetchFromPrometheus: get };
  expect((await probeActivity({ ...measured, pod: { ...POD, gpus: 0 } })).gpuPercent).toBe(
    "unmetered",
  );
  expect(await probeActivity(measured)).toMatchObject({
    kernels: { busy: 0 },
    gpuPercent: null,
  });
});
