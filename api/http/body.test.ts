import { request as httpRequest, type IncomingMessage } from "node:http";
import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestSite, type TestSite } from "../../test/support/site.ts";
import { MAX_BODY_BYTES } from "./body.ts";

let site: TestSite;
let workspace: string;
beforeAll(async () => {
  site = await startTestSite();
  workspace = await site.createWorkspace();
  await site.fund("1000.00");
});
afterAll(() => site.stop());

const path = () => `/v1/workspaces/${workspace}/volumes`;

/** A request that is written by hand. */
function open(to: string, headers: Record<string, string>, token = site.ownerToken) {
  return httpRequest(`${site.url}${to}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      ...headers,
    },
  });
}

async function answerOf(request: ReturnType<typeof open>) {
  const [response] = (await once(request, "response")) as [IncomingMessage];
  let text = "";
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, body: JSON.parse(text) };
}

test("a body that announces too much is refused before it is sent", async () => {
  const request = open(path(), { "content-length": String(MAX_BODY_BYTES + 1) });
  request.flushHeaders();
  const { status, body } = await answerOf(request);
  request.destroy();
  expect([status, body.code]).toEqual([413, "body_too_large"]);
});

test("a body that comes in chunks is refused as soon as it is too much, and accepted otherwise", async () => {
  const endless = open(path(), { "transfer-encoding": "chunked" });
  endless.on("error", () => {});
  for (let sent = 0; sent <= MAX_BODY_BYTES; sent += 65_536) endless.write(" ".repeat(65_536));
  const refused = await answerOf(endless);
  endless.destroy();
  expect([refused.status, refused.body.code]).toEqual([413, "body_too_large"]);

  const inChunks = open(path(), { "transfer-encoding": "chunked", "idempotency-key": "chunks" });
  inChunks.write('{"name":"data","region":"hanoi",');
  inChunks.end('"sizeGib":1}');
  expect((await answerOf(inChunks)).status).toBe(201);
});

test("what is not UTF-8 is refused, not replaced", async () => {
  const request = open(path(), {});
  request.end(Buffer.from([...Buffer.from('{"name":"x'), 0xff, ...Buffer.from('"}')]));
  const { status, body } = await answerOf(request);
  expect(status).toBe(400);
  expect(body.errors).toMatchObject([{ pointer: "", code: "invalid_encoding" }]);
});

test("a body that is slow to come holds no connection to the database", async () => {
  const { body: notebook } = await site.request("POST", `/v1/workspaces/${workspace}/notebooks`, {
    token: site.ownerToken,
    body: {
      name: "n",
      region: "hanoi",
      flavor: "h100-sxm5-1",
      image: "jupyter-pytorch",
      homeVolume: { sizeGib: 1 },
    },
  });
  const slow = Array.from({ length: 40 }, (_, i) =>
    open(`/v1/notebooks/${notebook.id}/stop`, {
      "content-length": "2",
      "idempotency-key": `slow-${i}`,
    }),
  );
  for (const request of slow) {
    request.on("error", () => {});
    request.flushHeaders();
  }
  await expect
    .poll(async () => {
      const { rows } = await site.site.database.pool.query(
        "select count(*)::integer as idle from pg_stat_activity where datname = current_database() and state = 'idle in transaction'",
      );
      return rows[0].idle;
    })
    .toBe(0);
  const refused = await site.request("PATCH", `/v1/workspaces/${workspace}`, {
    token: site.ownerToken,
    body: { name: "renamed" },
  });
  expect(refused.status).toBe(200);
  for (const request of slow.slice(1)) request.destroy();
  slow[0]!.end("{}");
  expect((await answerOf(slow[0]!)).status).toBe(202);
});

test("RBAC-1 a caller is judged when the whole request is there", async () => {
  const member = await site.mint("leaving@example.com", { [workspace]: "Member" });
  const body = JSON.stringify({ name: "data", region: "hanoi", sizeGib: 1 });
  const length = { "content-length": String(body.length) };
  const held = open(path(), length, member.token);
  const inTime = open(path(), length, member.token);
  for (const request of [held, inTime]) request.write(body.slice(0, 10));
  inTime.end(body.slice(10));
  expect((await answerOf(inTime)).status).toBe(201);
  const removed = await site.request(
    "DELETE",
    `/v1/workspaces/${workspace}/members/${member.userId}`,
    { token: site.ownerToken },
  );
  expect(removed.status).toBe(204);
  held.end(body.slice(10));
  expect((await answerOf(held)).status).toBe(404);
});

test("ID-1 who asks is told before what is wrong with the body", async () => {
  const request = open(path(), { "content-length": String(MAX_BODY_BYTES + 1) }, "nobody");
  request.flushHeaders();
  const { status } = await answerOf(request);
  request.destroy();
  expect(status).toBe(401);
});
