import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestSite, type Person, type TestSite } from "../../../test/support/site.ts";

let site: TestSite;
let workspace: string;
let admin: Person;
let member: Person;
let other: Person;
let outsider: Person;
let count = 0;

beforeAll(async () => {
  site = await startTestSite();
  workspace = await site.createWorkspace();
  admin = await site.mint("admin@example.com", { [workspace]: "Admin" });
  member = await site.mint("member@example.com", { [workspace]: "Member" });
  other = await site.mint("other@example.com", { [workspace]: "Member" });
  outsider = await site.mint("outsider@example.com", { [await site.createWorkspace()]: "Admin" });
});
afterAll(() => site.stop());

const collection = () => `/v1/workspaces/${workspace}/templates`;
const create = (body: object = {}, token = member.token) =>
  site.request("POST", collection(), {
    token,
    body: { name: `t${++count}`, image: "ghcr.io/acme/serve:1", ...body },
  });
const get = (id: string, token = member.token) =>
  site.request("GET", `/v1/templates/${id}`, { token });
const remove = (id: string, token: string) =>
  site.request("DELETE", `/v1/templates/${id}`, { token });

test("CAT-4 a Workspace saves templates, shown as they were written", async () => {
  const body = {
    name: "serve",
    image: "ghcr.io/acme/serve:1",
    ports: [{ port: 8000, protocol: "HTTP" }],
    env: [{ name: "MODEL", value: "small" }],
    command: ["serve", "--port", "8000"],
    disk: { sizeGib: 10, mountPath: "/data" },
  };
  const made = await create(body);
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({
    ...body,
    env: [{ name: "MODEL", value: "small", secret: false }],
    workspaceId: workspace,
    createdBy: member.userId,
  });
  expect((await get(made.body.id, other.token)).body).toEqual(made.body);
  const plain = (await create()).body;
  expect(plain).toMatchObject({ ports: [], env: [], command: null, disk: null });
});

test("RBAC-3 secret values are write-only, for everyone, everywhere", async () => {
  const env = [{ name: "API_KEY", value: "hunter2-hunter2", secret: true }];
  const made = await create({ env });
  for (const token of [site.ownerToken, admin.token, member.token]) {
    const { body } = await get(made.body.id, token);
    expect(body.env).toEqual([{ name: "API_KEY", value: null, secret: true }]);
    const listed = await site.request("GET", `${collection()}?limit=200`, { token });
    expect(JSON.stringify([body, listed.body])).not.toContain("hunter2");
  }
  const { rows } = await site.site.database.pool.query(
    "select count(*)::int as n from audit_events a where to_jsonb(a)::text like '%hunter2%'",
  );
  expect(rows).toEqual([{ n: 0 }]);
});

test("CAT-4 a name is unique in its Workspace", async () => {
  const { body } = await create({ name: "unique" });
  expect((await create({ name: "unique" })).body).toMatchObject({
    status: 409,
    code: "name_taken",
    errors: [{ pointer: "/name" }],
  });
  await remove(body.id, member.token);
  expect((await create({ name: "unique" })).status).toBe(201);
});

test("RBAC-3 Members delete their own, Admins and the Owner every one", async () => {
  const mine = (await create()).body.id;
  const refused = await remove(mine, other.token);
  expect(refused.body).toMatchObject({ status: 403, code: "forbidden", layer: "role" });
  expect((await remove(mine, member.token)).status).toBe(204);
  expect((await get(mine)).status).toBe(404);
  expect((await remove(mine, member.token)).status).toBe(404);
  for (const token of [admin.token, site.ownerToken]) {
    expect((await remove((await create()).body.id, token)).status).toBe(204);
  }
});

test("ORG-3 nothing of it is known in another Workspace", async () => {
  const { id } = (await create()).body;
  expect((await get(id, outsider.token)).status).toBe(404);
  expect((await remove(id, outsider.token)).status).toBe(404);
  expect((await create({}, outsider.token)).status).toBe(404);
});

test("CAT-4 the list goes page by page", async () => {
  const read = async (query: string) =>
    (await site.request("GET", `${collection()}${query}`, { token: member.token })).body;
  const all = await read("?limit=200");
  const first = await read("?limit=2");
  const rest = await read(`?limit=200&cursor=${first.nextCursor}`);
  expect(first.items).toHaveLength(2);
  expect([...first.items, ...rest.items]).toEqual(all.items);
});

test.each([
  [{ name: "Upper" }, "/name"],
  [{ image: "no spaces here" }, "/image"],
  [{ ports: Array.from({ length: 11 }, (_, i) => ({ port: i + 1, protocol: "TCP" })) }, "/ports"],
  [
    {
      ports: [
        { port: 1, protocol: "TCP" },
        { port: 1, protocol: "HTTP" },
      ],
    },
    "/ports/1/port",
  ],
  [{ env: [{ name: "1X", value: "" }] }, "/env/0/name"],
  [
    {
      env: [
        { name: "X", value: "" },
        { name: "X", value: "" },
      ],
    },
    "/env/1/name",
  ],
  [{ disk: { sizeGib: 0, mountPath: "/data" } }, "/disk/sizeGib"],
  [{ disk: { sizeGib: 1, mountPath: "data" } }, "/disk/mountPath"],
])("CAT-4 %j is bad input at its place", async (body, pointer) => {
  const refused = await create(body);
  expect([refused.status, refused.body.errors[0].pointer]).toEqual([400, pointer]);
});
