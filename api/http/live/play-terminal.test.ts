import type { AddressInfo } from "node:net";
import { WebSocket, WebSocketServer } from "ws";
import { expect, onTestFinished, test, vi } from "vitest";
import type { ExecSession } from "#ports/cluster.ts";
import { LIVE_LIMITS, LiveConnections } from "./live-connections.ts";
import { playTerminal } from "./play-terminal.ts";

const PIECE = Buffer.alloc(65_536, "x");

/** A client joined to a shell of the test's. */
async function join(session: ExecSession) {
  const limits = { ...LIVE_LIMITS, heartbeatMs: 100, lingerMs: 100 };
  const live = new LiveConnections(limits);
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  server.on("connection", (socket) => {
    const connection = live.open("terminal", "someone", async () => {});
    connection.onCut(() => socket.terminate());
    const describe = () => ({ code: "unavailable" });
    void playTerminal(socket, { connection, limits, start: async () => session, describe });
  });
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await new Promise((resolve) => client.once("open", resolve));
  return { client, live };
}

/** Counts what is made of endless output and taken of input; never takes more than `takes` pieces. */
function shell({ endless = false, takes = Infinity }) {
  const seen = { made: 0, taken: 0, closed: false };
  const { promise: exitCode, resolve } = Promise.withResolvers<number | null>();
  async function* output() {
    if (endless) for (; !seen.closed; seen.made += 1) yield PIECE;
    await exitCode;
  }
  const session: ExecSession = {
    output: output(),
    exitCode,
    write: async () => {
      if (seen.taken >= takes) await exitCode;
      else seen.taken += 1;
    },
    resize() {},
    close() {
      seen.closed = true;
      resolve(null);
    },
  };
  return { seen, session };
}

/** Waits until a number stands still, and answers it. */
async function standstill(count: () => number): Promise<number> {
  let before = -1;
  await vi.waitFor(
    () => {
      const unchanged = count() === before;
      before = count();
      expect(unchanged).toBe(true);
    },
    { timeout: 10_000, interval: 300 },
  );
  return before;
}

test("RES-6 a client that does not read stops the shell; one that goes ends it", async () => {
  const { seen, session } = shell({ endless: true });
  const { client } = await join(session);
  client.pause();
  expect((await standstill(() => seen.made)) * PIECE.length).toBeLessThan(64 * 1_048_576);
  client.terminate();
  await vi.waitFor(() => expect(seen.closed).toBe(true), 10_000);
});

test("RES-6 a client that does not read is cut off soon after the terminal was to end", async () => {
  const { seen, session } = shell({ endless: true });
  const { client, live } = await join(session);
  client.pause();
  await standstill(() => seen.made);
  live.drain();
  await vi.waitFor(() => expect(seen.closed).toBe(true), 10_000);
});

test("RES-6 a shell that does not read stops its client, which is not taken for dead", async () => {
  const { seen, session } = shell({ takes: 3 });
  const { client } = await join(session);
  let sent = 0;
  const more = () => client.send(PIECE, (error) => void (error ?? ((sent += 1), more())));
  more();
  expect((await standstill(() => sent)) * PIECE.length).toBeLessThan(64 * 1_048_576);
  expect(seen.taken).toBe(3);
  expect(client.readyState).toBe(WebSocket.OPEN);
  session.close();
  await vi.waitFor(() => expect(client.readyState).toBeGreaterThan(WebSocket.OPEN), 10_000);
});
