import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestSite, type Person, type TestSite } from "../../../test/support/site.ts";

let site: TestSite;
let workspace: string;
let admin: Person;
let collection: string;
let count = 0;

beforeAll(async () => {
  site = await startTestSite();
  workspace = await site.createWorkspace();
  admin = await site.mint("admin@example.com", { [workspace]: "Admin" });
  collection = `/v1/organizations/${site.organizationId}/service-accounts`;
});
afterAll(() => site.stop());

const owner = () => ({ token: site.ownerToken });
const create = (name = `bot-${++count}`, token = site.ownerToken) =>
  site.request("POST", collection, { token, body: { name } });
const issue = (id: string, body: object = {}, token = site.ownerToken, headers = {}) =>
  site.request("POST", `/v1/service-accounts/${id}/tokens`, {
    token,
    body: { name: "t", ...body },
    headers,
  });
const join = (id: string, role = "Member") =>
  site.request("PUT", `/v1/workspaces/${workspace}/members/${id}`, { ...owner(), body: { role } });
const me = (token: string) => site.request("GET", "/v1/me", { token });

test("ID-4 a service account is made, read, listed, and is a member like a person", async () => {
  const made = await create("deployer");
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({ name: "deployer", organizationId: site.organizationId });
  expect((await site.request("GET", `/v1/service-accounts/${made.body.id}`, owner())).body).toEqual(
    made.body,
  );
  const { body } = await issue(made.body.id);
  const nobody = await site.request("GET", `/v1/workspaces/${workspace}`, { token: body.token });
  expect(nobody.status).toBe(404);
  await join(made.body.id);
  const path = `/v1/workspaces/${workspace}`;
  expect((await site.request("GET", path, { token: body.token })).status).toBe(200);
  const settings = await site.request("GET", `${path}/quota`, { token: body.token });
  expect([settings.status, settings.body.code]).toEqual([403, "forbidden"]);
  expect((await me(body.token)).body).toMatchObject({
    id: made.body.id,
    kind: "serviceAccount",
    email: null,
    memberships: [{ workspaceId: workspace, role: "Member" }],
  });
});

test("ID-4 its deletion kills its tokens and ends its memberships at once", async () => {
  const { body: account } = await create();
  await join(account.id);
  const { body } = await issue(account.id);
  expect((await me(body.token)).status).toBe(200);
  const path = `/v1/service-accounts/${account.id}`;
  expect((await site.request("DELETE", path, owner())).status).toBe(204);
  expect((await me(body.token)).status).toBe(401);
  expect((await site.request("GET", path, owner())).status).toBe(404);
  expect((await issue(account.id)).status).toBe(404);
  expect((await join(account.id)).status).toBe(404);
  const members = await site.request("GET", `/v1/workspaces/${workspace}/members`, owner());
  const ids = members.body.items.map((it: { userId: string }) => it.userId);
  expect(ids).not.toContain(account.id);
  const listed = await site.request("GET", `${collection}?limit=200`, owner());
  expect(listed.body.items.map((it: { id: string }) => it.id)).not.toContain(account.id);
});

test("ID-4 a name is unique among those that live", async () => {
  const { body } = await create("namesake");
  const refused = await create("namesake");
  expect(refused.body).toMatchObject({
    status: 409,
    code: "name_taken",
    errors: [{ pointer: "/name" }],
  });
  await site.request("DELETE", `/v1/service-accounts/${body.id}`, owner());
  expect((await create("namesake")).status).toBe(201);
});

test("ID-3 its tokens are shown once, listed without secret, revoked one by one", async () => {
  const { body: account } = await create();
  const headers = { "idempotency-key": `sa-${account.id}` };
  const first = await issue(account.id, {}, site.ownerToken, headers);
  const again = await issue(account.id, {}, site.ownerToken, headers);
  expect(again.body).toEqual({ ...first.body, token: null, secretAlreadyShown: true });
  const second = await issue(account.id, { readOnly: true });
  const path = `/v1/service-accounts/${account.id}/tokens`;
  const listed = (await site.request("GET", path, owner())).body.items;
  expect(listed.map((it: { id: string }) => it.id)).toEqual([first.body.id, second.body.id]);
  expect(listed.some((it: object) => "token" in it)).toBe(false);
  expect((await site.request("DELETE", `${path}/${first.body.id}`, owner())).status).toBe(204);
  expect((await me(first.body.token)).status).toBe(401);
  expect((await me(second.body.token)).status).toBe(200);
  const { body: other } = await create();
  const foreign = `/v1/service-accounts/${other.id}/tokens/${second.body.id}`;
  expect((await site.request("DELETE", foreign, owner())).status).toBe(404);
});

test("ID-3 a token of one Workspace needs a role of the account there", async () => {
  const { body: account } = await create();
  const refused = await issue(account.id, { workspaceId: workspace });
  expect(refused.body).toMatchObject({
    status: 400,
    errors: [{ pointer: "/workspaceId", code: "unknown_workspace" }],
  });
  await join(account.id);
  const bound = await issue(account.id, { workspaceId: workspace });
  expect([bound.status, bound.body.workspaceId]).toEqual([201, workspace]);
});

test("RBAC-2 only the Owner knows of service accounts", async () => {
  const { body: account } = await create();
  await join(account.id, "Admin");
  const { body: own } = await issue(account.id);
  for (const token of [admin.token, own.token]) {
    expect((await create("x", token)).status).toBe(403);
    expect((await site.request("GET", collection, { token })).status).toBe(403);
    const path = `/v1/service-accounts/${account.id}`;
    for (const [method, end] of [
      ["GET", ""],
      ["DELETE", ""],
      ["GET", "/tokens"],
      ["POST", "/tokens"],
      ["DELETE", `/tokens/${own.id}`],
    ] as const) {
      const refused = await site.request(method, path + end, { token });
      expect([refused.status, refused.body.code], method + end).toEqual([404, "not_found"]);
    }
  }
});

test("RBAC-6 another Organization's are unknown", async () => {
  const other = await site.createOrganization("other");
  const { body: account } = await create();
  const path = `/v1/service-accounts/${account.id}`;
  expect((await site.request("GET", path, { token: other.token })).status).toBe(404);
  expect((await issue(account.id, {}, other.token)).status).toBe(404);
});
