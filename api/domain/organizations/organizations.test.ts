import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestSite, type TestSite } from "../../../test/support/site.ts";

let site: TestSite;
beforeAll(async () => {
  site = await startTestSite();
});
afterAll(() => site.stop());

const owner = () => ({ token: site.ownerToken });

test("ORG-1 whoever creates an Organization is its Owner; ORG-2 it has one Wallet", async () => {
  const person = await site.mint("founder@example.com");
  const made = await site.request("POST", "/v1/organizations", {
    token: person.token,
    body: { name: "Founded" },
  });
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({ name: "Founded", ownerId: person.userId, revision: 1 });
  expect(made.headers.get("etag")).toBe('"1"');
  const { rows } = await site.site.database.pool.query(
    "select count(*)::int as wallets from wallets w join organizations o on o.id = w.organization_id where o.name = 'Founded'",
  );
  expect(rows).toEqual([{ wallets: 1 }]);
});

test("ORG-1 no request names another Owner", async () => {
  for (const [method, path] of [
    ["POST", "/v1/organizations"],
    ["PATCH", `/v1/organizations/${site.organizationId}`],
  ] as const) {
    const refused = await site.request(method, path, {
      ...owner(),
      body: { name: "x", ownerId: site.ownerId },
    });
    expect([refused.status, refused.body.errors]).toEqual([
      400,
      [{ pointer: "/ownerId", code: "unknown_field", message: "is not a known field" }],
    ]);
  }
});

test("ORG-1 a service account founds no Organization", async () => {
  const account = await site.request(
    "POST",
    `/v1/organizations/${site.organizationId}/service-accounts`,
    { ...owner(), body: { name: "founder" } },
  );
  const { body } = await site.request("POST", `/v1/service-accounts/${account.body.id}/tokens`, {
    ...owner(),
    body: { name: "t" },
  });
  const refused = await site.request("POST", "/v1/organizations", {
    token: body.token,
    body: { name: "Theirs" },
  });
  expect([refused.status, refused.body.code]).toEqual([403, "forbidden"]);
});

test("RBAC-6 the list holds what the caller owns or is a member of, and nothing else", async () => {
  const workspace = await site.createWorkspace();
  const member = await site.mint("lister@example.com", { [workspace]: "Member" });
  const own = await site.request("POST", "/v1/organizations", {
    token: member.token,
    body: { name: "Own" },
  });
  const ids = async (token: string, query = "") =>
    (await site.request("GET", `/v1/organizations${query}`, { token })).body.items.map(
      (it: { id: string }) => it.id,
    );
  expect(await ids(member.token)).toEqual([site.organizationId, own.body.id]);
  expect(await ids(member.token, "?limit=1")).toEqual([site.organizationId]);
  expect(await ids(site.ownerToken)).toEqual([site.organizationId]);
  expect(await ids((await site.mint("nobody@example.com")).token)).toEqual([]);

  const bound = await site.request("POST", "/v1/tokens", {
    token: member.token,
    body: { name: "bound", workspaceId: workspace },
  });
  expect(await ids(bound.body.token)).toEqual([site.organizationId]);
});

test("RBAC-2 only the Owner renames, outsiders see nothing", async () => {
  const path = `/v1/organizations/${site.organizationId}`;
  const workspace = await site.createWorkspace();
  const admin = await site.mint("renaming-admin@example.com", { [workspace]: "Admin" });
  const outsider = await site.mint("renaming-outsider@example.com");
  const rename = (token: string, body: object, headers = {}) =>
    site.request("PATCH", path, { token, body, headers });

  expect((await rename(admin.token, { name: "x" })).body).toMatchObject({
    status: 403,
    code: "forbidden",
    neededRoles: ["Owner"],
  });
  expect((await rename(outsider.token, { name: "x" })).status).toBe(404);
  expect((await site.request("GET", path, { token: outsider.token })).status).toBe(404);
  expect((await site.request("GET", path, { token: admin.token })).body.name).toBe("local");

  const renamed = await rename(site.ownerToken, { name: "renamed" }, { "if-match": '"1"' });
  expect(renamed.body).toMatchObject({ name: "renamed", revision: 2 });
  expect((await rename(site.ownerToken, { name: "renamed" })).body.revision).toBe(2);
  expect((await rename(site.ownerToken, {})).body.revision).toBe(2);
  const late = await rename(site.ownerToken, { name: "late" }, { "if-match": '"1"' });
  expect([late.status, late.body.code]).toEqual([412, "revision_mismatch"]);
  const blank = await rename(site.ownerToken, { name: " padded" });
  expect([blank.status, blank.body.errors[0].pointer]).toEqual([400, "/name"]);
});
