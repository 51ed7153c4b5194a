import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { expect, test, vi } from "vitest";
import { textStream } from "./text-stream.ts";

/** Counts what is made of an endless text, and whether it was told to end. */
function endless(piece: string) {
  const seen = { made: 0, ended: false };
  async function* content() {
    try {
      for (;;) {
        seen.made += 1;
        yield piece;
      }
    } finally {
      seen.ended = true;
    }
  }
  return { seen, content: content() };
}

test("WAL-6 an export is made no faster than the client takes it", async () => {
  const { seen, content } = endless("line\r\n");
  const reader = (await textStream(content)).getReader();
  for (let taken = 1; taken <= 5; taken += 1) {
    await reader.read();
    expect(seen.made).toBeLessThanOrEqual(taken + 1);
  }
  await reader.cancel();
  expect(seen.ended).toBe(true);
});

test("WAL-6 over HTTP, a client that stops reading stops the making, and one that goes ends it", async () => {
  const piece = "x".repeat(65_536);
  const { seen, content } = endless(piece);
  const server = createServer(
    getRequestListener(async () => new Response(await textStream(content))),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const leaving = new AbortController();
  const response = await fetch(`http://127.0.0.1:${port}/`, { signal: leaving.signal });
  await response.body!.getReader().read();
  // What fits into the buffers of both sockets is made, and then nothing more.
  let before = -1;
  await vi.waitFor(
    () => {
      const unchanged = seen.made === before;
      before = seen.made;
      expect(unchanged).toBe(true);
    },
    { timeout: 10_000, interval: 300 },
  );
  expect(seen.made * piece.length).toBeLessThan(64 * 1_048_576);
  leaving.abort();
  await vi.waitFor(() => expect(seen.ended).toBe(true), 10_000);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test("what fails before the first piece fails at once; later, the stream breaks", async () => {
  async function* failing(pieces: number) {
    for (let piece = 0; piece < pieces; piece += 1) yield "line";
    throw new Error("the database is gone");
  }
  await expect(textStream(failing(0))).rejects.toThrow("the database is gone");
  const reader = (await textStream(failing(1))).getReader();
  expect((await reader.read()).done).toBe(false);
  await expect(reader.read()).rejects.toThrow("the database is gone");
});
