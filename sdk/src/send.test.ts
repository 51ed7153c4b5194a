import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createClient } from "./create-client.ts";
import { ConnectionError, TimeoutError } from "./errors.ts";
import { answer, breakOff, hangUp, refuse, serve, silence, type Answer } from "./testing/server.ts";

const body = { name: "a", region: "hanoi", flavor: "f", image: "i", homeVolume: { sizeGib: 1 } };
const workspace = { path: { workspaceId: "ws_1" } };
const notebook = { path: { notebookId: "nb_1" } };
const quota = { ...workspace, body: { period: "day", limitUsd: "25.00" } } as const;

// Pauses are a hundredth of the longest that they can be.
beforeEach(() => void vi.spyOn(Math, "random").mockReturnValue(0.01));
afterEach(() => void vi.restoreAllMocks());

/** A client of a server that fails once in the given way and then answers. */
async function failingOnce(failure: Answer) {
  const server = await serve(failure, answer({ id: "it" }));
  return { ...server, client: createClient({ url: server.url, token: "t" }) };
}

test.each<[string, Answer]>([
  ["429", refuse(429, "too_many_requests")],
  ["502", (response) => void response.writeHead(502).end("Bad gateway")],
  ["503", refuse(503, "unavailable")],
  ["504", (response) => void response.writeHead(504).end()],
  ["a connection broken before the answer", hangUp],
  ["a connection broken in the answer", breakOff],
])("after %s, GET, PUT, DELETE and POST are tried again", async (_, failure) => {
  for (const method of ["GET", "PUT", "DELETE", "POST"] as const) {
    const { client, received } = await failingOnce(failure);
    const call = {
      GET: () => client.getNotebook(notebook),
      PUT: () => client.putQuota(quota),
      DELETE: () => client.deleteNotebook(notebook),
      POST: () => client.createNotebook({ ...workspace, body }),
    }[method];
    expect(await call()).toEqual({ id: "it" });
    expect(received.map((request) => request.method)).toEqual([method, method]);
    expect(received[1]?.body).toBe(received[0]?.body);
  }
});

test.each([400, 401, 403, 404, 409, 410, 412, 500])(
  "%i stands: it is not tried again",
  async (status) => {
    const { client, received } = await failingOnce(refuse(status, "some_code"));
    await expect(client.getNotebook(notebook)).rejects.toMatchObject({ status, code: "some_code" });
    expect(received).toHaveLength(1);
  },
);

test("a POST keeps its idempotency key through its attempts, and the next POST has another", async () => {
  const { client, received } = await failingOnce(hangUp);
  await client.createNotebook({ ...workspace, body });
  await client.createNotebook({ ...workspace, body });
  const [first, again, next] = received.map(({ headers }) => headers["idempotency-key"]);
  expect(first).toMatch(/^[0-9a-f]{8}-/);
  expect(again).toBe(first);
  expect(next).not.toBe(first);
});

test("the caller's idempotency key goes before a fresh one, and only POST has one", async () => {
  const { url, received } = await serve(answer({}));
  const client = createClient({ url, token: "t" });
  await client.stopNotebook({ ...notebook, idempotencyKey: "mine" });
  await client.deleteNotebook(notebook);
  expect(received.map(({ headers }) => headers["idempotency-key"])).toEqual(["mine", undefined]);
});

test("PATCH is not tried again, for another edit may have come between", async () => {
  for (const failure of [refuse(503, "unavailable"), hangUp]) {
    const { client, received } = await failingOnce(failure);
    const call = client.updateNotebook({ ...notebook, body: { name: "b" } });
    await expect(call).rejects.toMatchObject({
      code: failure === hangUp ? "connection_failed" : "unavailable",
    });
    expect(received).toHaveLength(1);
  }
});

test("PATCH with ifMatch names the revision, and is tried again", async () => {
  const { client, received } = await failingOnce(hangUp);
  expect(await client.updateNotebook({ ...notebook, body: { name: "b" }, ifMatch: 7 })).toEqual({
    id: "it",
  });
  expect(received.map(({ headers }) => headers["if-match"])).toEqual(['"7"', '"7"']);
});

test("Retry-After is waited for", async () => {
  const { client, received } = await failingOnce(
    refuse(429, "too_many_requests", {}, { "retry-after": "1" }),
  );
  await client.getMe();
  expect(received[1]!.at - received[0]!.at).toBeGreaterThanOrEqual(990);
});

test("a Retry-After beyond the deadline is not waited for: the refusal comes at once", async () => {
  const { client, received } = await failingOnce(
    refuse(503, "unavailable", {}, { "retry-after": "30" }),
  );
  const startedAt = performance.now();
  await expect(client.getMe({ timeoutSeconds: 5 })).rejects.toMatchObject({ code: "unavailable" });
  expect(performance.now() - startedAt).toBeLessThan(1000);
  expect(received).toHaveLength(1);
});

test("after the last of its retries the refusal stands", async () => {
  const { url, received } = await serve(refuse(503, "unavailable"));
  const client = createClient({ url, token: "t", retries: 2 });
  await expect(client.getMe()).rejects.toMatchObject({ code: "unavailable", status: 503 });
  expect(received).toHaveLength(3);
  await expect(client.getMe({ retries: 0 })).rejects.toMatchObject({ code: "unavailable" });
  expect(received).toHaveLength(4);
});

test("a server that says nothing is a TimeoutError that names the request", async () => {
  const { url } = await serve(silence);
  const client = createClient({ url, token: "t", timeoutSeconds: 0.2 });
  const startedAt = performance.now();
  const error: unknown = await client.getMe().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(TimeoutError);
  expect((error as TimeoutError).detail).toBe(`No answer to GET ${url}/v1/me within 0.2 s.`);
  expect(performance.now() - startedAt).toBeLessThan(2000);
});

test("the deadline is for all attempts together, and its error names the failure before", async () => {
  const { url, received } = await serve(hangUp, silence);
  const call = createClient({ url, token: "t", timeoutSeconds: 2 }).getMe();
  const error: unknown = await call.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(TimeoutError);
  expect((error as TimeoutError).cause).toBeInstanceOf(ConnectionError);
  expect((error as TimeoutError).detail).toContain("The attempt before failed: No answer from");
  expect(received).toHaveLength(2);
});

test("a signal ends a call that waits for its answer, with the caller's reason", async () => {
  const reason = new Error("the user went away");
  const controller = new AbortController();
  const { url } = await serve(() => controller.abort(reason));
  const call = createClient({ url, token: "t" }).getMe({ signal: controller.signal });
  await expect(call).rejects.toBe(reason);
});

test("a signal ends a call that waits for its next attempt", async () => {
  const { url, received } = await serve(refuse(503, "unavailable", {}, { "retry-after": "30" }));
  const call = createClient({ url, token: "t" }).getMe({ signal: AbortSignal.timeout(100) });
  await expect(call).rejects.toMatchObject({ name: "TimeoutError", constructor: DOMException });
  expect(received).toHaveLength(1);
});

test("a signal that was aborted before sends nothing", async () => {
  const { url, received } = await serve(answer({}));
  const reason = new Error("never mind");
  const call = createClient({ url, token: "t" }).getMe({ signal: AbortSignal.abort(reason) });
  await expect(call).rejects.toBe(reason);
  expect(received).toEqual([]);
});

test("an export comes as the text that it is", async () => {
  const csv = "type,day\r\nusage,2026-11-01\r\n";
  const { url } = await serve(
    (response) =>
      void response.writeHead(200, { "content-type": "text/csv; charset=utf-8" }).end(csv),
  );
  const client = createClient({ url, token: "t" });
  expect(await client.exportCreditHistory({ path: { organizationId: "org_1" } })).toBe(csv);
});
