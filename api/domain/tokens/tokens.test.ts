import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestSite, type Person, type TestSite } from "../../../test/support/site.ts";

let site: TestSite;
let workspace: string;
let elsewhere: string;
let person: Person;
let count = 0;

beforeAll(async () => {
  site = await startTestSite();
  workspace = await site.createWorkspace();
  elsewhere = await site.createWorkspace();
  person = await site.mint("person@example.com", { [workspace]: "Member", [elsewhere]: "Admin" });
});
afterAll(() => site.stop());

const create = (body: object, token = person.token, headers = {}) =>
  site.request("POST", "/v1/tokens", { token, body: { name: "t", ...body }, headers });
const me = (token: string) => site.request("GET", "/v1/me", { token });
const revoke = (id: string, token = person.token) =>
  site.request("DELETE", `/v1/tokens/${id}`, { token });
const list = async (token = person.token, query = "") =>
  (await site.request("GET", `/v1/tokens${query}`, { token })).body;

describe("ID-3 API tokens", () => {
  test("ID-3 are shown once, and kept as a hash only", async () => {
    const made = await create({ name: "ci", expiresInSeconds: 3600 });
    expect(made.status).toBe(201);
    expect(made.body.token).toMatch(/^aif_[A-Za-z0-9_-]{43}$/);
    const lifetime = Date.parse(made.body.expiresAt) - Date.parse(made.body.createdAt);
    expect(lifetime).toBe(3_600_000);
    const shown = (await list()).items.find((it: { id: string }) => it.id === made.body.id);
    expect(shown).toMatchObject({
      name: "ci",
      readOnly: false,
      workspaceId: null,
      revokedAt: null,
    });
    expect(JSON.stringify(shown)).not.toContain(made.body.token);
    const { rows } = await site.site.database.pool.query(
      "select to_jsonb(t)::text as row from api_tokens t union all select to_jsonb(i)::text from idempotency_records i union all select to_jsonb(a)::text from audit_events a",
    );
    const stored = rows.map((it: { row: string }) => it.row).join("\n");
    expect(stored).not.toContain(made.body.token);
    expect((await me(made.body.token)).body).toMatchObject({ id: person.userId });
  });

  test("ID-3 a replay answers without the secret, and says so", async () => {
    const headers = { "idempotency-key": "token-once" };
    const first = await create({}, person.token, headers);
    const again = await create({}, person.token, headers);
    expect(first.body.token).toMatch(/^aif_/);
    expect(again.status).toBe(201);
    expect(again.body).toEqual({ ...first.body, token: null, secretAlreadyShown: true });
  });

  test("ID-3 tell when they were used last", async () => {
    const { body } = await create({});
    expect(body.lastUsedAt).toBeNull();
    await me(body.token);
    const shown = (await list()).items.find((it: { id: string }) => it.id === body.id);
    expect(Math.abs(Date.parse(shown.lastUsedAt) - Date.now())).toBeLessThan(60_000);
  });

  test("ID-3 stop working with the request after their revocation", async () => {
    const { body } = await create({});
    expect((await me(body.token)).status).toBe(200);
    expect((await revoke(body.id)).status).toBe(204);
    expect((await me(body.token)).status).toBe(401);
    const shown = (await list()).items.find((it: { id: string }) => it.id === body.id);
    expect(shown.revokedAt).not.toBeNull();
    expect((await revoke(body.id)).status).toBe(204);
    const after = (await list()).items.find((it: { id: string }) => it.id === body.id);
    expect(after.revokedAt).toBe(shown.revokedAt);
  });

  test("ID-3 stop working when they expire, by machine time", async () => {
    const { body } = await create({ expiresInSeconds: 60 });
    await site.request("POST", "/v1/operator/clock/advance", {
      token: site.operatorToken,
      body: { seconds: 3600 },
    });
    expect((await me(body.token)).status).toBe(200);
    await site.site.database.pool.query(
      "update api_tokens set expires_at = clock_timestamp() where name = 't' and revoked_at is null",
    );
    expect((await me(body.token)).status).toBe(401);
  });

  test("ID-3 nobody sees or revokes another's", async () => {
    const { body } = await create({});
    const refused = await revoke(body.id, site.ownerToken);
    expect([refused.status, refused.body.code]).toEqual([404, "not_found"]);
    const theirs = (await list(site.ownerToken)).items.map((it: { id: string }) => it.id);
    expect(theirs).not.toContain(body.id);
    expect((await me(body.token)).status).toBe(200);
  });

  test.each([
    [{ expiresInSeconds: 59 }, "/expiresInSeconds"],
    [{ expiresInSeconds: 31_622_401 }, "/expiresInSeconds"],
    [{ name: "" }, "/name"],
    [{ readOnly: "yes" }, "/readOnly"],
    [{ workspaceId: "org_01jd0000000000000000000000" }, "/workspaceId"],
    [{ token: "mine" }, "/token"],
  ])("ID-3 %j is bad input at its place", async (body, pointer) => {
    const refused = await create(body);
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([400, pointer]);
  });

  test("the list goes page by page", async () => {
    const all = (await list(person.token, "?limit=200")).items;
    const first = await list(person.token, "?limit=2");
    const rest = await list(person.token, `?limit=200&cursor=${first.nextCursor}`);
    expect([...first.items, ...rest.items]).toEqual(all);
  });
});

describe("ID-3 who makes tokens", () => {
  const required = {
    status: 403,
    code: "sign_in_required",
    layer: "token",
    remedy: { credential: "signIn" },
  };

  test("ID-3 a sign-in does; an API token does not, so that none outlives its revocation by others", async () => {
    const { body } = await create({ name: "leaked" });
    const refused = await create({ name: "bred" }, body.token);
    expect(refused.body).toMatchObject(required);
    expect(refused.body.detail).toMatch(/makes no further tokens.*Sign in/);
    const names = (await list()).items.map((it: { name: string }) => it.name);
    expect(names).not.toContain("bred");
    // What it may still do: know itself, and end itself.
    expect((await me(body.token)).status).toBe(200);
    expect((await revoke(body.id, body.token)).status).toBe(204);
  });

  test("ID-3 a key of a repeated request opens no way around", async () => {
    const { body } = await create({ name: "leaked" });
    const key = { "idempotency-key": "make-one" };
    await create({ name: "made" }, person.token, key);
    const replayed = await create({ name: "made" }, body.token, key);
    expect(replayed.body.token ?? null).toBeNull();
    expect((await create({ name: "other" }, body.token, key)).status).toBeGreaterThan(400);
  });

  test("ID-4 the Owner's token makes those of service accounts, which make none for themselves", async () => {
    const owner = await create({ name: "ci of the Owner" }, site.ownerToken);
    const accounts = `/v1/organizations/${site.organizationId}/service-accounts`;
    const account = await site.request("POST", accounts, {
      token: owner.body.token,
      body: { name: "robot" },
    });
    const tokens = `/v1/service-accounts/${account.body.id}/tokens`;
    const made = await site.request("POST", tokens, {
      token: owner.body.token,
      body: { name: "first" },
    });
    expect(made.status).toBe(201);
    expect((await create({ name: "second" }, made.body.token)).body).toMatchObject(required);
  });
});

describe("ID-3 read-only tokens", () => {
  test("ID-3 read and change nothing, nor make tokens; each attempt is in the log", async () => {
    const { body } = await create({ readOnly: true });
    const admin = { token: body.token };
    const path = `/v1/workspaces/${elsewhere}`;
    expect((await site.request("GET", path, admin)).status).toBe(200);
    expect((await site.request("GET", `${path}/members`, admin)).status).toBe(200);
    for (const refused of [
      await site.request("PUT", `${path}/quota`, {
        ...admin,
        body: { period: "day", limitUsd: "1" },
      }),
      await site.request("POST", "/v1/organizations", { ...admin, body: { name: "x" } }),
      await create({}, body.token),
      await revoke(body.id, body.token),
    ]) {
      expect(refused.body).toMatchObject({ status: 403, code: "token_read_only", layer: "token" });
    }
    const log = await site.request(
      "GET",
      `/v1/organizations/${site.organizationId}/audit-events?action=putQuota`,
      { token: site.ownerToken },
    );
    expect(log.body.items[0]).toMatchObject({ outcome: "FAILED", reason: "token_read_only" });
  });
});

describe("ID-3 tokens of one Workspace", () => {
  test("ID-3 know nothing of the rest", async () => {
    const { body } = await create({ workspaceId: workspace });
    expect(body.workspaceId).toBe(workspace);
    const bound = { token: body.token };
    expect((await site.request("GET", `/v1/workspaces/${workspace}`, bound)).status).toBe(200);
    expect((await site.request("GET", `/v1/workspaces/${elsewhere}`, bound)).status).toBe(404);
    const organization = `/v1/organizations/${site.organizationId}`;
    for (const path of [
      organization,
      `${organization}/workspaces`,
      `${organization}/audit-events`,
    ]) {
      const refused = await site.request("GET", path, bound);
      expect([refused.status, refused.body.code], path).toEqual([403, "token_restricted"]);
    }
    expect((await me(body.token)).body.memberships).toEqual([
      { organizationId: site.organizationId, workspaceId: workspace, role: "Member" },
    ]);
  });

  test("ID-3 list the tokens of that Workspace only", async () => {
    await create({ name: "unbound" });
    await create({ name: "elsewhere", workspaceId: elsewhere });
    const { body } = await create({ name: "here", workspaceId: workspace });
    const { items } = await list(body.token, "?limit=200");
    const places = new Set(items.map((it: { workspaceId: string | null }) => it.workspaceId));
    expect(places).toEqual(new Set([workspace]));
  });

  test("ID-3 make neither tokens nor Organizations", async () => {
    const { body } = await create({ workspaceId: workspace });
    const founded = await site.request("POST", "/v1/organizations", {
      token: body.token,
      body: { name: "x" },
    });
    for (const refused of [founded, await create({}, body.token)]) {
      expect([refused.status, refused.body.code]).toEqual([403, "token_restricted"]);
    }
  });

  test("ID-3 are the Owner's in that Workspace, and no more, when the Owner makes one", async () => {
    const { body } = await create({ workspaceId: workspace }, site.ownerToken);
    expect((await me(body.token)).body.memberships).toEqual([
      { organizationId: site.organizationId, workspaceId: workspace, role: "Owner" },
    ]);
    const path = `/v1/workspaces/${workspace}`;
    const renamed = await site.request("PATCH", path, {
      token: body.token,
      body: { name: `renamed-${++count}` },
    });
    expect(renamed.status).toBe(200);
    const foreign = await site.request("PATCH", `/v1/workspaces/${elsewhere}`, {
      token: body.token,
      body: { name: "x" },
    });
    expect(foreign.status).toBe(404);
  });

  test("ID-3 cannot be made for a Workspace in which one is nobody", async () => {
    const other = await site.createOrganization("other");
    const theirs = await site.createWorkspace({
      organizationId: other.organizationId,
      ownerToken: other.token,
    });
    for (const workspaceId of [theirs, "ws_01jd0000000000000000000000"]) {
      const refused = await create({ workspaceId });
      expect(refused.body).toMatchObject({
        status: 400,
        errors: [{ pointer: "/workspaceId", code: "unknown_workspace" }],
      });
    }
  });

  test("ID-3 end with the role there", async () => {
    const leaving = await site.mint("leaving@example.com", { [workspace]: "Member" });
    const { body } = await create({ workspaceId: workspace }, leaving.token);
    await site.request("DELETE", `/v1/workspaces/${workspace}/members/${leaving.userId}`, {
      token: site.ownerToken,
    });
    const path = `/v1/workspaces/${workspace}`;
    expect((await site.request("GET", path, { token: body.token })).status).toBe(404);
    expect((await me(body.token)).body.memberships).toEqual([]);
  });
});

describe("me", () => {
  test("tells who the caller is and every role held", async () => {
    const { body } = await me(person.token);
    expect(body).toMatchObject({
      id: person.userId,
      kind: "user",
      name: "person",
      email: "person@example.com",
    });
    expect(body.memberships).toEqual([
      { organizationId: site.organizationId, workspaceId: workspace, role: "Member" },
      { organizationId: site.organizationId, workspaceId: elsewhere, role: "Admin" },
    ]);
    expect((await me(site.ownerToken)).body.memberships).toEqual([
      { organizationId: site.organizationId, workspaceId: null, role: "Owner" },
    ]);
  });
});
