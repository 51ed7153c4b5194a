import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startTestSite, type Person, type TestSite } from "../../../test/support/site.ts";

let site: TestSite;
let workspace: string;
let elsewhere: string;
let admin: Person;
let member: Person;
let people = 0;

beforeAll(async () => {
  site = await startTestSite();
  elsewhere = await site.createWorkspace();
});
afterAll(() => site.stop());
beforeEach(async () => {
  workspace = await site.createWorkspace();
  admin = await site.mint(`admin-${++people}@example.com`, { [workspace]: "Admin" });
  member = await site.mint(`member-${++people}@example.com`, { [workspace]: "Member" });
});

const call = (method: string, path: string, token: string, body?: unknown) =>
  site.request(method, `/v1/workspaces/${workspace}/members${path}`, { token, body });
const put = (userId: string, role: string, token = site.ownerToken) =>
  call("PUT", `/${userId}`, token, { role });
const stranger = () => site.mint(`stranger-${++people}@example.com`);
const known = () => site.mint(`known-${++people}@example.com`, { [elsewhere]: "Member" });

describe("ORG-5 the Owner", () => {
  test("ORG-5 adds anybody with either role and changes roles", async () => {
    const person = await stranger();
    const added = await put(person.userId, "Member");
    expect(added.status).toBe(200);
    expect(added.body).toMatchObject({ userId: person.userId, kind: "user", role: "Member" });
    expect((await put(person.userId, "Admin")).body.role).toBe("Admin");
    expect((await call("GET", `/${person.userId}`, site.ownerToken)).body.role).toBe("Admin");
  });

  test("ORG-5 removes Admins; access ends with the next request", async () => {
    const path = `/v1/workspaces/${workspace}`;
    expect((await site.request("GET", path, { token: admin.token })).status).toBe(200);
    expect((await call("DELETE", `/${admin.userId}`, site.ownerToken)).status).toBe(204);
    expect((await site.request("GET", path, { token: admin.token })).status).toBe(404);
    expect((await call("DELETE", `/${admin.userId}`, site.ownerToken)).status).toBe(404);
  });

  test("ORG-5 needs no membership, and gets none", async () => {
    for (const token of [site.ownerToken, admin.token]) {
      const refused = await put(site.ownerId, "Member", token);
      expect([refused.status, refused.body.code]).toEqual([409, "owner_needs_no_membership"]);
    }
  });

  test("ORG-5 someone whom nobody knows is 404", async () => {
    const answer = await put("usr_01jd0000000000000000000000", "Member");
    expect([answer.status, answer.body.code]).toEqual([404, "not_found"]);
    const mistyped = await put(member.userId.replace("usr_", "sa_"), "Admin");
    expect(mistyped.status).toBe(404);
  });
});

describe("ORG-5 an Admin", () => {
  test("ORG-5 adds, as Member, someone known to the Organization", async () => {
    const person = await known();
    expect((await put(person.userId, "Member", admin.token)).body.role).toBe("Member");
    const { body } = await site.request(
      "POST",
      `/v1/organizations/${site.organizationId}/service-accounts`,
      { token: site.ownerToken, body: { name: `bot-${++people}` } },
    );
    const account = await put(body.id, "Member", admin.token);
    expect(account.body).toMatchObject({ userId: body.id, kind: "serviceAccount", email: null });
  });

  test("ORG-5 does not learn whether someone of whom the Organization knows nothing exists", async () => {
    const person = await stranger();
    const real = await put(person.userId, "Member", admin.token);
    const unreal = await put("usr_01jd0000000000000000000000", "Member", admin.token);
    expect(real.status).toBe(404);
    expect(real.body.detail).toBe(unreal.body.detail);
  });

  test("ORG-5 makes nobody an Admin and changes no role, neither up nor down", async () => {
    const person = await known();
    const other = await site.mint(`other-${++people}@example.com`, { [workspace]: "Admin" });
    for (const refused of [
      await put(person.userId, "Admin", admin.token),
      await put(member.userId, "Admin", admin.token),
      await put(other.userId, "Member", admin.token),
      await put(admin.userId, "Member", admin.token),
    ]) {
      expect(refused.body).toMatchObject({
        status: 403,
        code: "forbidden",
        layer: "role",
        role: "Admin",
        neededRoles: ["Owner"],
      });
    }
    expect((await call("GET", `/${member.userId}`, admin.token)).body.role).toBe("Member");
  });

  test("ORG-5 may repeat what is so already", async () => {
    expect((await put(member.userId, "Member", admin.token)).status).toBe(200);
    expect((await put(admin.userId, "Admin", admin.token)).status).toBe(200);
  });

  test("ORG-5 removes Members and no Admin", async () => {
    expect((await call("DELETE", `/${member.userId}`, admin.token)).status).toBe(204);
    const refused = await call("DELETE", `/${admin.userId}`, admin.token);
    expect([refused.status, refused.body.code]).toEqual([403, "forbidden"]);
  });

  test("RBAC-1 is nobody in another Workspace", async () => {
    const path = `/v1/workspaces/${elsewhere}/members`;
    expect((await site.request("GET", path, { token: admin.token })).status).toBe(404);
    const foreign = await site.request("PUT", `${path}/${member.userId}`, {
      token: admin.token,
      body: { role: "Member" },
    });
    expect(foreign.status).toBe(404);
  });
});

describe("RBAC-1 a Member", () => {
  test("RBAC-1 sees and changes no members", async () => {
    for (const [method, path, body] of [
      ["GET", ""],
      ["GET", `/${admin.userId}`],
      ["PUT", `/${member.userId}`, { role: "Admin" }],
      ["DELETE", `/${member.userId}`],
      ["GET", `/${member.userId}/policies`],
    ] as const) {
      const refused = await call(method, path, member.token, body);
      expect([refused.status, refused.body.code], `${method} ${path}`).toEqual([403, "forbidden"]);
    }
  });
});

test("ORG-4 a service account of another Organization cannot be a member", async () => {
  const other = await site.createOrganization("neighbours");
  const { body } = await site.request(
    "POST",
    `/v1/organizations/${other.organizationId}/service-accounts`,
    { token: other.token, body: { name: "spy" } },
  );
  expect((await put(body.id, "Member")).status).toBe(404);
});

test("ORG-5 the list goes page by page, with every member once", async () => {
  await put((await stranger()).userId, "Member");
  const first = (await call("GET", "?limit=2", admin.token)).body;
  const rest = (await call("GET", `?limit=2&cursor=${first.nextCursor}`, admin.token)).body;
  const ids = [...first.items, ...rest.items].map((it: { userId: string }) => it.userId);
  expect([first.items.length, rest.items.length, rest.nextCursor]).toEqual([2, 1, null]);
  expect(new Set(ids).size).toBe(3);
  expect(ids).toEqual(expect.arrayContaining([admin.userId, member.userId]));
});

test("AUD-1 the log says who became what, and whose attempt was refused", async () => {
  const person = await known();
  await put(person.userId, "Admin", admin.token);
  await put(person.userId, "Member", admin.token);
  const { body } = await site.request(
    "GET",
    `/v1/organizations/${site.organizationId}/audit-events?action=putMember&workspaceId=${workspace}`,
    { token: admin.token },
  );
  expect(body.items).toMatchObject([
    {
      outcome: "SUCCESS",
      target: { kind: "user", id: person.userId },
      details: { userId: person.userId, role: "Member" },
    },
    { outcome: "FAILED", reason: "forbidden", target: { kind: "user", id: person.userId } },
  ]);
});

test("ORG-5 ten at once add one member, and never more roles than one", async () => {
  const person = await stranger();
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      put(person.userId, index % 2 === 0 ? "Admin" : "Member"),
    ),
  );
  expect(answers.map((it) => it.status)).toEqual(Array(10).fill(200));
  const { items } = (await call("GET", "", site.ownerToken)).body;
  const found = items.filter((it: { userId: string }) => it.userId === person.userId);
  expect(found).toHaveLength(1);
});
