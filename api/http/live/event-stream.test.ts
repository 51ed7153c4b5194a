import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { expect, onTestFinished, test, vi } from "vitest";
import { eventStream } from "./event-stream.ts";
import { LIVE_LIMITS, LiveConnections } from "./live-connections.ts";

const PIECE = "x".repeat(65_536);

/** Serves an endless log, and counts its lines. */
async function serveEndless() {
  const seen = { made: 0, ended: false };
  const live = new LiveConnections({ ...LIVE_LIMITS, lingerMs: 100 });
  const connection = live.open("log", "someone", async () => {});
  async function* lines() {
    try {
      for (; !connection.signal.aborted; seen.made += 1) yield PIECE;
    } finally {
      seen.ended = true;
    }
  }
  const server = createServer(
    getRequestListener(async (_, { outgoing }) => {
      outgoing.once("close", () => connection.close());
      connection.onCut(() => outgoing.destroy());
      const describe = () => ({ code: "unavailable" });
      return new Response(eventStream(lines(), connection, { heartbeatMs: 20, describe }));
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const leaving = new AbortController();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const response = await fetch(url, { signal: leaving.signal });
  return { seen, live, leaving, reader: response.body!.getReader() };
}

/** Waits until nothing more is made. */
async function standstill(seen: { made: number }): Promise<void> {
  let before = -1;
  await vi.waitFor(
    () => {
      const unchanged = seen.made === before;
      before = seen.made;
      expect(unchanged).toBe(true);
    },
    { timeout: 10_000, interval: 300 },
  );
}

test("RES-6 a client that stops reading stops the log, and one that goes ends it", async () => {
  const { seen, leaving, reader } = await serveEndless();
  await reader.read();
  await standstill(seen);
  expect(seen.made * PIECE.length).toBeLessThan(64 * 1_048_576);
  leaving.abort();
  await vi.waitFor(() => expect(seen.ended).toBe(true), 10_000);
});

test("RES-6 a client that does not read is cut off soon after it was to end", async () => {
  const { seen, live } = await serveEndless();
  await standstill(seen);
  live.drain();
  await vi.waitFor(() => expect(seen.ended).toBe(true), 10_000);
});
