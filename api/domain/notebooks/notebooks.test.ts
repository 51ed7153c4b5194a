import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { keyOf } from "#domain/ids.ts";
import { startRunningSite, type RunningSite } from "../../../test/support/running-site.ts";

const REQUEST = {
  name: "explore",
  region: "hanoi",
  flavor: "cpu-small",
  image: "jupyter-base",
  homeVolume: { sizeGib: 10 },
};
const UNKNOWN_NOTEBOOK = "nb_01jd0000000000000000000000";

let site: RunningSite;
let workspace: string;
beforeAll(async () => {
  site = await startRunningSite();
});
afterAll(() => site?.stop());
beforeEach(async () => {
  workspace = await site.createWorkspace();
});

const collection = () => `/v1/workspaces/${workspace}/notebooks`;
const create = async (more: object = {}, token?: string) => {
  const { status, body } = await site.ask("POST", collection(), { ...REQUEST, ...more }, token);
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
};
const get = async (id: string) => (await site.ask("GET", `/v1/notebooks/${id}`)).body;
const act = (id: string, verb: string, body?: unknown) =>
  site.ask("POST", `/v1/notebooks/${id}/${verb}`, body);

test("RES-1 a notebook is CREATING, then RUNNING with its storage, then charged storage only", async () => {
  const created = await create({ tags: { team: "vision" } });
  expect(created).toMatchObject({
    ...REQUEST,
    id: expect.stringMatching(/^nb_/),
    organizationId: site.organizationId,
    workspaceId: workspace,
    createdBy: site.ownerId,
    tags: { team: "vision" },
    status: "CREATING",
    running: true,
    revision: 1,
    storageSince: null,
    runningSince: null,
    stoppedAt: null,
    replacedBy: null,
  });
  expect(created.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  await site.pass(30);
  const running = await get(created.id);
  expect(running).toMatchObject({ status: "RUNNING", stoppedAt: null, revision: 1 });
  expect(running.storageSince).toMatch(/\.\d{3}Z$/);
  expect(Date.parse(running.runningSince)).toBeGreaterThan(Date.parse(running.storageSince));

  const stopping = await act(created.id, "stop");
  expect(stopping.status).toBe(202);
  expect(stopping.body).toMatchObject({ status: "STOPPING", running: false });
  await site.pass(30);
  expect(await get(created.id)).toMatchObject({
    status: "STOPPED",
    statusReason: { code: "stoppedByUser" },
    storageSince: running.storageSince,
  });
});

test("RES-5 start and stop are idempotent, and a stopped notebook starts again", async () => {
  const { id } = await create();
  expect((await act(id, "start")).status).toBe(202);
  await site.pass(30);
  expect((await act(id, "stop")).body.status).toBe("STOPPING");
  expect((await act(id, "stop")).body.status).toBe("STOPPING");
  await site.pass(30);
  expect((await act(id, "start")).body).toMatchObject({ status: "CREATING", running: true });
  await site.pass(30);
  expect((await get(id)).status).toBe("RUNNING");
});

test("RES-1 a deleted notebook is DELETING, then 410 to those who could read it, and in no list", async () => {
  const { id } = await create();
  await site.pass(30);
  const deleting = await site.ask("DELETE", `/v1/notebooks/${id}`);
  expect(deleting.status).toBe(202);
  expect(deleting.body.status).toBe("DELETING");
  expect((await site.ask("DELETE", `/v1/notebooks/${id}`)).status).toBe(202);
  expect((await act(id, "start")).body.code).toBe("invalid_state");
  expect((await act(id, "recreate")).body).toMatchObject({
    status: 409,
    code: "invalid_state",
    currentStatus: "DELETING",
  });
  await site.pass(60);
  const gone = await site.ask("GET", `/v1/notebooks/${id}`);
  expect(gone.status).toBe(410);
  expect(gone.body).toMatchObject({ code: "gone", replacedBy: null });
  const outsider = await site.mint("outsider@example.com");
  expect((await site.ask("GET", `/v1/notebooks/${id}`, undefined, outsider.token)).status).toBe(
    404,
  );
  expect((await site.ask("GET", collection())).body.items).toEqual([]);
});

test("RBAC-6 another Organization's notebook and one that never was are the same 404", async () => {
  const { id } = await create();
  const other = await site.createOrganization("elsewhere");
  const hidden = await site.ask("GET", `/v1/notebooks/${id}`, undefined, other.token);
  const unknown = await site.ask(
    "GET",
    `/v1/notebooks/${UNKNOWN_NOTEBOOK}`,
    undefined,
    other.token,
  );
  expect(hidden.status).toBe(404);
  expect({ ...hidden.body, requestId: "" }).toEqual({ ...unknown.body, requestId: "" });
  const change = await site.ask("POST", `/v1/notebooks/${id}/stop`, undefined, other.token);
  expect(change.status).toBe(404);
  const inTheirs = await site.ask("POST", collection(), REQUEST, other.token);
  expect(inTheirs.status).toBe(404);
});

test("POL-4 each wrong choice is pointed at, with the nearest name", async () => {
  const refused = async (more: object) => {
    const { status, body } = await site.ask("POST", collection(), { ...REQUEST, ...more });
    expect(status).toBe(400);
    return body.errors;
  };
  expect(await refused({ region: "hanoy" })).toMatchObject([
    { pointer: "/region", code: "unknown_region", suggestion: "hanoi" },
  ]);
  expect(await refused({ flavor: "h100-sxm-1", image: "jupiter-base" })).toMatchObject([
    { pointer: "/flavor", code: "unknown_flavor", suggestion: "h100-sxm5-1" },
    { pointer: "/image", code: "unknown_image", suggestion: "jupyter-base" },
  ]);
  expect(await refused({ flavor: "h200-sxm5-1" })).toMatchObject([
    { pointer: "/flavor", code: "flavor_not_in_region", suggestion: "h100-sxm5-1" },
  ]);
});

test("IAC-3 a create with the token of a living notebook returns that one, also at the same moment", async () => {
  const clientToken = "project:stack:notebook";
  const answers = await Promise.all(
    [1, 2, 3, 4].map(() => site.ask("POST", collection(), { ...REQUEST, clientToken })),
  );
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  const again = await create({ clientToken, name: "another name" });
  expect(again).toMatchObject({ id: answers[0]!.body.id, name: "explore" });
  expect((await site.ask("GET", collection())).body.items).toHaveLength(1);
});

test("IAC-3 a verified deletion frees the token; until then it names the one that goes", async () => {
  const clientToken = "token-to-be-freed";
  const first = await create({ clientToken });
  await site.ask("DELETE", `/v1/notebooks/${first.id}`);
  expect(await create({ clientToken })).toMatchObject({ id: first.id, status: "DELETING" });
  await site.pass(60);
  expect((await create({ clientToken })).id).not.toBe(first.id);
});

test("RES-3 name and tags change in place, a flavor restarts, the home volume grows and never shrinks", async () => {
  const { id } = await create();
  await site.pass(30);
  const path = `/v1/notebooks/${id}`;
  const renamed = await site.ask("PATCH", path, { name: "renamed", tags: { a: "b" } });
  expect(renamed.body).toMatchObject({ status: "RUNNING", revision: 2, name: "renamed" });
  expect(renamed.headers.get("etag")).toBe('"2"');
  const nothing = await site.ask("PATCH", path, { name: "renamed", flavor: "cpu-small" });
  expect(nothing.body).toMatchObject({ revision: 2, status: "RUNNING" });

  const larger = await site.ask("PATCH", path, { homeVolume: { sizeGib: 20 } });
  expect(larger.body).toMatchObject({
    homeVolume: { sizeGib: 20 },
    status: "RUNNING",
    revision: 3,
  });
  const smaller = await site.ask("PATCH", path, { homeVolume: { sizeGib: 19 } });
  expect(smaller.status).toBe(409);
  expect(smaller.body).toMatchObject({ code: "volume_cannot_shrink", sizeGib: 20 });

  const moved = await site.ask("PATCH", path, { flavor: "cpu-medium" });
  expect(moved.body).toMatchObject({ flavor: "cpu-medium", status: "CREATING", revision: 4 });
  await site.pass(30);
  expect(await get(id)).toMatchObject({ flavor: "cpu-medium", status: "RUNNING", revision: 4 });
});

test("an edit from an older revision is refused, and leaves everything as it is", async () => {
  const { id } = await create();
  const path = `/v1/notebooks/${id}`;
  const edit = (name: string) =>
    site.request("PATCH", path, {
      token: site.ownerToken,
      body: { name },
      headers: { "if-match": '"1"' },
    });
  expect((await edit("first")).status).toBe(200);
  const late = await edit("second");
  expect(late.status).toBe(412);
  expect(late.body).toMatchObject({ code: "revision_mismatch", revision: 2 });
  expect((await get(id)).name).toBe("first");
});

test("RES-1 re-creating keeps owner, configuration and home volume, whose charge goes on unbroken", async () => {
  const member = await site.mint("member@example.com", { [workspace]: "Member" });
  const clientToken = "recreated-notebook";
  const old = await create({ clientToken, tags: { team: "vision" } }, member.token);
  await site.pass(120);
  const { storageSince } = await get(old.id);
  const answer = await act(old.id, "recreate");
  expect(answer.status).toBe(201);
  const successor = answer.body;
  expect(successor).toMatchObject({
    ...REQUEST,
    tags: { team: "vision" },
    createdBy: member.userId,
    status: "CREATING",
    revision: 1,
    storageSince,
  });
  expect(successor.id).not.toBe(old.id);
  expect(await get(old.id)).toMatchObject({
    status: "DELETING",
    replacedBy: successor.id,
    homeVolume: { sizeGib: 10 },
  });
  expect((await create({ clientToken })).id).toBe(successor.id);
  await site.pass(60);
  expect(await get(successor.id)).toMatchObject({ status: "RUNNING", storageSince });
  const gone = await site.ask("GET", `/v1/notebooks/${old.id}`);
  expect(gone.body).toMatchObject({ status: 410, replacedBy: successor.id });
  const { rows } = await site.testDatabase.database.pool.query(
    `select ended_at from usage_runs where kind = 'storage' and volume_id in
       (select id from volumes where resource_id = $1)`,
    [keyOf(successor.id)],
  );
  expect(rows).toEqual([{ ended_at: null }]);
});

test("RES-1 re-creating with a discarded home volume provisions a new one", async () => {
  const old = await create();
  await site.pass(30);
  const { storageSince } = await get(old.id);
  const { body } = await act(old.id, "recreate", { homeVolume: "discard" });
  expect(body).toMatchObject({ storageSince: null, homeVolume: { sizeGib: 10 } });
  await site.pass(60);
  const successor = await get(body.id);
  expect(successor.status).toBe("RUNNING");
  expect(Date.parse(successor.storageSince)).toBeGreaterThan(Date.parse(storageSince));
});

test("AUD-1 showing the access token is an audit event; it and the addresses are there while it runs", async () => {
  const { id } = await create();
  const path = `/v1/notebooks/${id}/access`;
  expect((await site.ask("GET", path)).body.endpoints).toEqual([]);
  await site.pass(30);
  const { status, body } = await site.ask("GET", path);
  expect(status).toBe(200);
  expect(body.simulated).toBe(true);
  expect(body.accessToken).toMatch(/^at_.{40}/);
  expect(body.endpoints).toMatchObject([{ port: 8888, protocol: "HTTP" }]);
  const audit = `/v1/organizations/${site.organizationId}/audit-events?limit=200`;
  const shown = (await site.ask("GET", audit)).body.items.filter(
    (event: { action: string; target: { id: string } }) =>
      event.action === "getNotebookAccess" && event.target.id === id,
  );
  expect(shown).toHaveLength(2);
  expect(shown[0]).toMatchObject({ scope: "Service", category: "Notebooks", outcome: "SUCCESS" });
  expect(JSON.stringify(shown)).not.toContain(body.accessToken);
});

test("RBAC-3 a Member reads others' notebooks, but neither acts on them nor sees their access", async () => {
  const { id } = await create();
  const member = await site.mint("reader@example.com", { [workspace]: "Member" });
  const asMember = (method: string, path: string) =>
    site.ask(method, `/v1/notebooks/${id}${path}`, undefined, member.token);
  expect((await asMember("GET", "")).status).toBe(200);
  for (const [method, path] of [
    ["POST", "/stop"],
    ["POST", "/recreate"],
    ["DELETE", ""],
    ["GET", "/access"],
    ["GET", "/events"],
    ["GET", "/logs"],
  ] as const) {
    const { status, body } = await asMember(method, path);
    expect({ path, status, code: body.code }).toEqual({ path, status: 403, code: "forbidden" });
  }
  expect((await get(id)).running).toBe(true);
});

test("RES-6 events tell what happened, in order and page by page; logs are the cluster's", async () => {
  const { id } = await create();
  await site.pass(30);
  await act(id, "stop");
  await site.pass(30);
  const path = `/v1/notebooks/${id}/events`;
  const { items } = (await site.ask("GET", path)).body;
  const codes = items.map((event: { code: string }) => event.code);
  expect(codes[0]).toBe("createRequested");
  expect(codes.indexOf("running")).toBeGreaterThan(0);
  expect(codes.indexOf("stopRequested")).toBeGreaterThan(codes.indexOf("running"));
  const first = (await site.ask("GET", `${path}?limit=2`)).body;
  const second = (await site.ask("GET", `${path}?limit=200&cursor=${first.nextCursor}`)).body;
  expect([...first.items, ...second.items]).toEqual(items);

  const { id: other } = await create();
  await site.pass(30);
  const logs = await site.ask("GET", `/v1/notebooks/${other}/logs?tailLines=5`);
  expect(logs.status).toBe(200);
  expect(logs.body.lines.length).toBeGreaterThan(0);
});

test("POL-3 a list leaves out the regions that a Policy hides; create and start there are refused", async () => {
  const here = await create();
  const there = await create({ region: "tokyo" });
  const member = await site.mint("bounded@example.com", { [workspace]: "Member" });
  const policy = await site.ask("POST", `/v1/organizations/${site.organizationId}/policies`, {
    name: `only-hanoi-${workspace.slice(-6)}`,
    statements: [{ effect: "Allow", service: "notebook", regions: ["hanoi"], actions: "*" }],
  });
  await site.ask("PUT", `/v1/workspaces/${workspace}/policies/${policy.body.id}`);
  const listed = await site.ask("GET", collection(), undefined, member.token);
  expect(listed.body.items.map((it: { id: string }) => it.id)).toEqual([here.id]);
  const all = await site.ask("GET", collection());
  expect(all.body.items.map((it: { id: string }) => it.id)).toEqual([here.id, there.id]);
  const refused = await site.ask(
    "POST",
    collection(),
    { ...REQUEST, region: "tokyo" },
    member.token,
  );
  expect(refused.status).toBe(403);
  expect(refused.body).toMatchObject({
    code: "policy_denied",
    layer: "boundary",
    action: "notebook:create",
    region: "tokyo",
  });
});

test("ORG-4 a Service enabled nowhere is not visible to people of the Workspace; the Owner sees nothing there", async () => {
  workspace = await site.createWorkspace({ services: { container: ["hanoi"] } });
  const member = await site.mint("unserved@example.com", { [workspace]: "Member" });
  const listed = await site.ask("GET", collection(), undefined, member.token);
  expect(listed.status).toBe(403);
  expect(listed.body).toMatchObject({ code: "service_not_enabled", service: "notebook" });
  expect((await site.ask("GET", collection())).body.items).toEqual([]);
  const created = await site.ask("POST", collection(), REQUEST);
  expect(created.status).toBe(403);
  expect(created.body.code).toBe("service_not_enabled");
});

test("ORG-4 once disabled: create, start and access are refused; reading, stopping and deleting remain", async () => {
  const member = await site.mint("left@example.com", { [workspace]: "Member" });
  const { id } = await create({}, member.token);
  const stopped = await create({}, member.token);
  await act(stopped.id, "stop");
  await site.pass(30);
  const disabled = await site.ask("DELETE", `/v1/workspaces/${workspace}/services/notebook`);
  expect(disabled.status).toBeLessThan(300);
  const asMember = (method: string, path: string) =>
    site.ask(method, `/v1/notebooks/${path}`, undefined, member.token);
  expect((await asMember("POST", `${stopped.id}/start`)).body.code).toBe("service_not_enabled");
  expect((await asMember("GET", `${id}/access`)).body.code).toBe("service_not_enabled");
  const listed = await site.ask("GET", collection(), undefined, member.token);
  expect(listed.body.items).toHaveLength(2);
  expect((await asMember("POST", `${id}/stop`)).status).toBe(202);
  expect((await asMember("DELETE", id)).status).toBe(202);
});

test("ORG-6 deleting a Workspace by force deletes its notebooks first", async () => {
  const { id } = await create();
  await site.pass(30);
  const path = `/v1/workspaces/${workspace}`;
  expect((await site.ask("DELETE", path)).body.code).toBe("workspace_not_empty");
  expect((await site.ask("DELETE", `${path}?force=true`)).status).toBe(202);
  expect((await get(id)).status).toBe("DELETING");
  const late = await site.ask("POST", collection(), REQUEST);
  expect(late.body.code).toBe("workspace_deleting");
  await site.pass(60);
  expect((await site.ask("GET", path)).status).toBe(404);
});
