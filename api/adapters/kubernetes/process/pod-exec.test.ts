import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocketServer, type WebSocket } from "ws";
import { expect, onTestFinished, test, vi } from "vitest";
import { ClusterUnavailable, WorkloadNotRunning } from "#ports/cluster.ts";
import { Channel, frame, readStatus } from "./channels.ts";
import { podExec, type ExecPod } from "./pod-exec.ts";
import type { ProcessState } from "./process-state.ts";

interface FakeApi {
  server: string;
  request: IncomingMessage | null;
}

/** An API server's side of an exec: takes the handshake, or answers it otherwise. */
async function serve(
  play: ((socket: WebSocket) => void) | { status: number; body: string },
): Promise<FakeApi> {
  const api: FakeApi = { server: "", request: null };
  const protocol = "v5.channel.k8s.io";
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => protocol });
  const server = createServer();
  server.on("upgrade", (request, socket, head) => {
    api.request = request;
    if (typeof play === "function") return sockets.handleUpgrade(request, socket, head, play);
    const { status, body } = play;
    socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const client of sockets.clients) client.terminate();
    server.close();
  });
  api.server = `http://127.0.0.1:${(server.address() as AddressInfo).port}/prefix`;
  return api;
}

const podIn = (state: () => ProcessState, leaving: boolean): ExecPod => ({
  namespace: "ws-1",
  name: "r-1-1",
  container: "main",
  state,
  isLeaving: () => leaving,
});
const open = (
  { server }: FakeApi,
  {
    state = () => "running" as ProcessState,
    leaving = false,
    tty = false,
    command = null as string[] | null,
  } = {},
) =>
  podExec({ server, headers: { Authorization: "Bearer t" }, tls: {} }, podIn(state, leaving), {
    command,
    tty,
    columns: 80,
    rows: 24,
  });
const textOf = async (output: AsyncIterable<Uint8Array>) =>
  Buffer.concat(await Array.fromAsync(output)).toString();
const say = (socket: WebSocket, channel: number, text: string) =>
  socket.send(frame(channel, Buffer.from(text)));
const SUCCESS = JSON.stringify({ status: "Success" });

test("RES-6 an exec asks for what it is told to, and speaks Kubernetes' channels", async () => {
  const got: string[] = [];
  const api = await serve((socket) => {
    say(socket, Channel.stdout, "out ");
    say(socket, Channel.stderr, "err");
    socket.on("message", (data: Buffer) => {
      got.push(`${data[0]}:${data.subarray(1).toString()}`);
      if (got.length === 3) say(socket, Channel.status, SUCCESS);
    });
  });
  const session = await open(api, { tty: true, command: ["echo", "a b", "&c"] });
  session.resize({ columns: 132, rows: 43 });
  await session.write(Buffer.from("typed"));
  expect(await textOf(session.output)).toBe("out err");
  expect(await session.exitCode).toBe(0);
  expect(got).toEqual(['4:{"Width":80,"Height":24}', '4:{"Width":132,"Height":43}', "0:typed"]);
  const url = new URL(api.request!.url!, "http://here");
  expect(url.pathname).toBe("/prefix/api/v1/namespaces/ws-1/pods/r-1-1/exec");
  expect(url.searchParams.getAll("command")).toEqual(["echo", "a b", "&c"]);
  expect(url.searchParams.get("stderr")).toBe("false");
  expect(api.request!.headers.authorization).toBe("Bearer t");
});

test("RES-6 a command that is killed because its Pod goes has not ended by itself", async () => {
  const details = { causes: [{ reason: "ExitCode", message: "137" }] };
  const killed = JSON.stringify({ status: "Failure", reason: "NonZeroExitCode", details });
  const api = await serve((socket) => say(socket, Channel.status, killed));
  expect(await (await open(api, { leaving: true })).exitCode).toBeNull();
  expect(await (await open(api)).exitCode).toBe(137);
});

test.each([
  [{ status: 404, body: "{}" }, WorkloadNotRunning],
  [{ status: 400, body: '{"message":"cannot exec into a completed pod"}' }, WorkloadNotRunning],
  [{ status: 500, body: 'container not found ("main")' }, WorkloadNotRunning],
  [{ status: 500, body: "{}" }, ClusterUnavailable],
  [{ status: 429, body: "{}" }, ClusterUnavailable],
  [{ status: 401, body: "{}" }, ClusterUnavailable],
  [{ status: 403, body: '{"message":"no right"}' }, Error],
])("RES-6 an exec that is answered %j fails as what it is", async (answer, kind) => {
  const failed = open(await serve(answer));
  await expect(failed).rejects.toBeInstanceOf(kind);
  if (kind === Error) await expect(failed).rejects.not.toBeInstanceOf(ClusterUnavailable);
});

test("RES-6 without a server, or a running process, there is no exec", async () => {
  const nowhere = open({ server: "http://127.0.0.1:9", request: null });
  await expect(nowhere).rejects.toBeInstanceOf(ClusterUnavailable);
  const api = await serve(() => {});
  for (const state of ["coming", "between", "ended", "gone"] as const)
    await expect(open(api, { state: () => state })).rejects.toBeInstanceOf(WorkloadNotRunning);
  expect(api.request).toBeNull();
});

test.each([
  [SUCCESS, 0, null],
  [failure("NonZeroExitCode", [{ reason: "ExitCode", message: "7" }]), 7, null],
  [failure("NonZeroExitCode", [{ reason: "ExitCode", message: "many" }]), null, "it failed"],
  [failure("InternalError", [{ reason: "ExitCode", message: "7" }]), null, "it failed"],
  ["nonsense", null, "The command ended, and nobody knows how."],
  ["null", null, "The command ended, and nobody knows how."],
])("RES-6 the status %s is the exit code %s", (text, exitCode, message) => {
  expect(readStatus(Buffer.from(text))).toEqual({ exitCode, message });
});

function failure(reason: string, causes: object[]): string {
  return JSON.stringify({ status: "Failure", message: "it failed", reason, details: { causes } });
}

test("RES-6 a command that cannot be started says why", async () => {
  const api = await serve((socket) => say(socket, Channel.status, failure("InternalError", [])));
  const session = await open(api);
  expect(await textOf(session.output)).toBe("it failed\n");
  expect(await session.exitCode).toBeNull();
});

test("RES-6 a session ends with its connection, with its workload, and when it is closed", async () => {
  const broken = await open(await serve((socket) => void setTimeout(() => socket.terminate(), 50)));
  expect(await textOf(broken.output)).toBe("");
  expect(await broken.exitCode).toBeNull();

  let state: ProcessState = "running";
  const silent = await serve(() => {});
  const orphan = await open(silent, { state: () => state });
  state = "gone";
  expect(await orphan.exitCode).toBeNull();

  let closed = false;
  const api = await serve((socket) => void socket.on("close", () => (closed = true)));
  const left = await open(api);
  left.close();
  expect(await left.exitCode).toBeNull();
  await vi.waitFor(() => expect(closed).toBe(true));
  await left.write(Buffer.from("too late"));
});

test("RES-6 output that is not taken is not sent for", async () => {
  const piece = Buffer.alloc(65_536, "x");
  let sent = 0;
  const api = await serve((socket) => {
    const next = () =>
      socket.send(frame(Channel.stdout, piece), (error) => {
        sent += 1;
        if (!error) next();
      });
    next();
  });
  const session = await open(api);
  let before = -1;
  await vi.waitFor(
    () => {
      const unchanged = sent === before;
      before = sent;
      expect(unchanged).toBe(true);
    },
    { timeout: 10_000, interval: 200 },
  );
  expect(sent * piece.length).toBeLessThan(64 * 1_048_576);
  for await (const _ of session.output) if (sent > before + 5) break;
  expect(await session.exitCode).toBeNull();
  await sleep(10);
});
