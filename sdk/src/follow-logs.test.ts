import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Client } from "./call.ts";
import { createClient } from "./create-client.ts";
import { ConnectionError, GoneError } from "./errors.ts";
import { followLogs } from "./follow-logs.ts";
import { refuse, serve, type Answer } from "./testing/server.ts";

/** A stream of these pieces, and how it ends. */
function stream(pieces: (string | Uint8Array)[], end: "end" | "destroy" = "end"): Answer {
  return async (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const piece of pieces) {
      response.write(piece);
      await sleep(5);
    }
    response[end]();
  };
}

const line = (text: string) => `data: ${JSON.stringify({ line: text })}\n\n`;
const END = "event: end\ndata: {}\n\n";
const of = { notebookId: "nb_1" };

test("lines come as they are, however the stream is cut", async () => {
  const bytes = Buffer.from(`:\n\n${line("é\r\u2028\n: x")}${line("")}:\n\n${END}`);
  const cut = Array.from(bytes, (byte) => Buffer.of(byte));
  const { url, received } = await serve(stream([bytes]), stream(cut));
  const client = createClient({ url, token: "t" });
  const options = { tailLines: 5, sinceSeconds: 60 };
  for (let turn = 0; turn < 2; turn += 1)
    expect(await Array.fromAsync(followLogs(client, of, options))).toEqual(["é\r\u2028\n: x", ""]);
  expect(received[0]).toMatchObject({
    method: "GET",
    url: "/v1/notebooks/nb_1/logs?tailLines=5&sinceSeconds=60&follow=true",
  });
  expect(received[0]!.headers).toMatchObject({ authorization: "Bearer t" });
});

test("what passes is tried again before it begins; what it breaks off with is an error", async () => {
  const gone = { status: 410, code: "gone", detail: "Deleted.", requestId: "req_1" };
  const problem = `event: problem\ndata: ${JSON.stringify(gone)}\n\n`;
  const { url, received } = await serve(
    refuse(503, "unavailable", {}, { "retry-after": "0" }),
    stream([line("one"), problem]),
    stream([line("one")], "destroy"),
    stream([line("one")]),
    refuse(403, "forbidden"),
  );
  const client = createClient({ url, token: "t" });
  const seen: string[] = [];
  const follow = async () => {
    for await (const text of followLogs(client, { containerId: "ctr_1" })) seen.push(text);
  };
  await expect(follow()).rejects.toBeInstanceOf(GoneError);
  expect(received).toHaveLength(2);
  for (let turn = 0; turn < 2; turn += 1)
    await expect(follow()).rejects.toBeInstanceOf(ConnectionError);
  expect(seen).toEqual(["one", "one", "one"]);
  await expect(follow()).rejects.toMatchObject({ code: "forbidden", status: 403 });
});

test("it is let go where nobody reads on, and by a signal", async () => {
  let closed = 0;
  const endless: Answer = (response) => {
    response.on("close", () => (closed += 1));
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(line("one"));
  };
  const { url } = await serve(endless);
  const client = createClient({ url, token: "t" });
  for await (const text of followLogs(client, of)) if (text === "one") break;
  const abort = new AbortController();
  const aborted = Array.fromAsync(followLogs(client, of, { signal: abort.signal }));
  setTimeout(() => abort.abort(new Error("enough")), 50);
  await expect(aborted).rejects.toThrow("enough");
  await expect.poll(() => closed).toBe(2);
});

test("it needs a client of its own kind", async () => {
  const copy = { ...createClient({ url: "http://127.0.0.1:1" }) } as Client;
  await expect(followLogs(copy, of).next()).rejects.toThrow(TypeError);
});
