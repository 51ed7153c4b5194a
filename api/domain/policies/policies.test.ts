import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestSite, type Person, type TestSite } from "../../../test/support/site.ts";

let site: TestSite;
let workspace: string;
let admin: Person;
let member: Person;
let collection: string;
let names = 0;

beforeAll(async () => {
  site = await startTestSite();
  collection = `/v1/organizations/${site.organizationId}/policies`;
  workspace = await site.createWorkspace();
  admin = await site.mint("admin@example.com", { [workspace]: "Admin" });
  member = await site.mint("member@example.com", { [workspace]: "Member" });
});
afterAll(() => site.stop());

const statement = { effect: "Allow", service: "notebook", regions: ["hanoi"], actions: "*" };
const create = (body: object, token = site.ownerToken) =>
  site.request("POST", collection, {
    token,
    body: { name: `p${++names}`, statements: [statement], ...body },
  });
const patch = (id: string, body: object, headers: Record<string, string> = {}) =>
  site.request("PATCH", `/v1/policies/${id}`, { token: site.ownerToken, body, headers });
const get = (id: string, token = site.ownerToken) =>
  site.request("GET", `/v1/policies/${id}`, { token });
const remove = (id: string, token = site.ownerToken) =>
  site.request("DELETE", `/v1/policies/${id}`, { token });

describe("POL-1 a Policy", () => {
  test("POL-1 is shown as it was written", async () => {
    const made = await create({ name: "As_written-1", description: "d".repeat(100) });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      name: "As_written-1",
      description: "d".repeat(100),
      statements: [statement],
      revision: 1,
      organizationId: site.organizationId,
    });
    expect((await get(made.body.id)).body).toEqual(made.body);
  });

  test("POL-1 has a name of its own", async () => {
    await create({ name: "unique" });
    const refused = await create({ name: "unique" });
    expect(refused.body).toMatchObject({
      status: 409,
      code: "name_taken",
      errors: [{ pointer: "/name", code: "name_taken" }],
    });
    const other = await site.createOrganization("namesakes");
    const elsewhere = await site.request(
      "POST",
      `/v1/organizations/${other.organizationId}/policies`,
      {
        token: other.token,
        body: { name: "unique", statements: [statement] },
      },
    );
    expect(elsewhere.status).toBe(201);
  });

  test.each([
    [{ name: "with space" }, "/name"],
    [{ name: "n".repeat(65) }, "/name"],
    [{ description: "d".repeat(101) }, "/description"],
    [{ statements: [] }, "/statements"],
    [{ statements: Array(101).fill(statement) }, "/statements"],
    [{ statements: [{ ...statement, extra: 1 }] }, "/statements/0/extra"],
    [{ statements: [{ ...statement, regions: "hanoi" }] }, "/statements/0/regions"],
    [{ statements: [{ ...statement, actions: [] }] }, "/statements/0/actions"],
    [{ statements: [{ ...statement, effect: 1 }] }, "/statements/0/effect"],
  ])("POL-1 %j is bad input at its place", async (body, pointer) => {
    const refused = await create(body);
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([400, pointer]);
  });
});

describe("POL-4 unknown words", () => {
  test.each([
    [{ service: "notebok" }, "/statements/0/service", "unknown_service", "notebook"],
    [{ effect: "allow" }, "/statements/0/effect", "unknown_effect", "Allow"],
    [{ regions: ["hanoi", "tokio"] }, "/statements/0/regions/1", "unknown_region", "tokyo"],
    [
      { actions: ["notebook:creat"] },
      "/statements/0/actions/0",
      "unknown_action",
      "notebook:create",
    ],
    [{ regions: ["hanoi", "hanoi"] }, "/statements/0/regions/1", "duplicate_region", undefined],
    [
      { actions: ["container:create"] },
      "/statements/0/actions/0",
      "service_action_mismatch",
      "notebook:create",
    ],
  ])(
    "POL-4 %j: pointer, code and the nearest known name",
    async (wrong, pointer, code, suggestion) => {
      const refused = await create({ statements: [{ ...statement, ...wrong }] });
      expect(refused.status).toBe(400);
      expect(refused.body.errors).toHaveLength(1);
      expect(refused.body.errors[0]).toMatchObject({ pointer, code });
      expect(refused.body.errors[0].suggestion).toBe(suggestion);
      const made = await create({});
      const edited = await patch(made.body.id, { statements: [{ ...statement, ...wrong }] });
      expect(edited.body.errors).toEqual(refused.body.errors);
    },
  );
});

describe("IAC-3 clientToken", () => {
  test("IAC-3 repeated, it returns the Policy that lives; deletion frees it", async () => {
    const body = { name: "tokened", clientToken: "token-0001" };
    const first = await create(body);
    const again = await create({ ...body, name: "another-name" });
    expect([again.status, again.body]).toEqual([201, first.body]);
    await remove(first.body.id);
    const anew = await create({ ...body, name: "anew" });
    expect(anew.body.id).not.toBe(first.body.id);
  });

  test("IAC-3 ten at once make one", async () => {
    const body = { name: "ten", clientToken: "token-0010" };
    const answers = await Promise.all(Array.from({ length: 10 }, () => create(body)));
    expect(answers.map((it) => it.status)).toEqual(Array(10).fill(201));
    expect(new Set(answers.map((it) => it.body.id)).size).toBe(1);
  });
});

describe("edits", () => {
  test("If-Match, revisions, and edits that change nothing", async () => {
    const { body } = await create({ description: "one" });
    const same = {
      statements: [{ actions: "*", regions: ["hanoi"], service: "notebook", effect: "Allow" }],
    };
    expect((await patch(body.id, same)).body.revision).toBe(1);
    expect((await patch(body.id, {})).body.revision).toBe(1);
    const cleared = await patch(body.id, { description: null }, { "if-match": '"1"' });
    expect(cleared.body).toMatchObject({ description: null, revision: 2 });
    expect(cleared.headers.get("etag")).toBe('"2"');
    const late = await patch(body.id, { description: "late" }, { "if-match": '"1"' });
    expect([late.status, late.body.code]).toEqual([412, "revision_mismatch"]);
  });

  test("POL-1 the name cannot be edited", async () => {
    const { body } = await create({});
    const refused = await patch(body.id, { name: "other" });
    expect([refused.status, refused.body.errors[0]]).toMatchObject([
      400,
      { pointer: "/name", code: "unknown_field" },
    ]);
  });

  test("POL-3 an edit is in force with the next request", async () => {
    const place = await site.createWorkspace();
    const person = await site.mint("edited@example.com", { [place]: "Member" });
    const inTokyo = async () => {
      const { body } = await site.request("POST", `/v1/workspaces/${place}/notebooks`, {
        token: person.token,
        body: {
          name: "n",
          region: "tokyo",
          flavor: "cpu-2",
          image: "none",
          homeVolume: { sizeGib: 1 },
        },
      });
      return body.code;
    };
    const { body } = await create({ statements: [{ ...statement, regions: "*" }] });
    await site.request("PUT", `/v1/workspaces/${place}/policies/${body.id}`, {
      token: site.ownerToken,
    });
    expect(await inTokyo()).toBe("invalid_input");
    await patch(body.id, { statements: [statement] });
    expect(await inTokyo()).toBe("policy_denied");
    await patch(body.id, { statements: [{ ...statement, regions: "*" }] });
    expect(await inTokyo()).toBe("invalid_input");
  });
});

describe("POL-9 deletion", () => {
  test("POL-9 is refused while the Policy is attached anywhere, and says where", async () => {
    const { body } = await create({});
    const boundary = `/v1/workspaces/${workspace}/policies/${body.id}`;
    const identity = `/v1/workspaces/${workspace}/members/${member.userId}/policies/${body.id}`;
    const owner = { token: site.ownerToken };
    await site.request("PUT", boundary, owner);
    await site.request("PUT", identity, owner);
    const refused = await remove(body.id);
    expect(refused.body).toMatchObject({
      status: 409,
      code: "policy_attached",
      workspaces: [{ id: workspace }],
      memberships: 1,
    });
    await site.request("DELETE", boundary, owner);
    expect((await remove(body.id)).body).toMatchObject({ workspaces: [], memberships: 1 });
    await site.request("DELETE", identity, owner);
    expect((await remove(body.id)).status).toBe(204);
    expect((await remove(body.id)).status).toBe(404);
    expect((await get(body.id)).status).toBe(404);
  });

  test("POL-9 deletion and attachment at once: one of them happens", async () => {
    for (let round = 0; round < 10; round++) {
      const { body } = await create({});
      const path = `/v1/workspaces/${workspace}/policies/${body.id}`;
      const [attached, removed] = await Promise.all([
        site.request("PUT", path, { token: site.ownerToken }),
        remove(body.id),
      ]);
      const outcome = [attached.status, removed.status].join();
      expect(["200,409", "404,204"]).toContain(outcome);
      if (attached.status === 200) await site.request("DELETE", path, { token: site.ownerToken });
    }
  });
});

describe("RBAC-2 who sees and changes Policies", () => {
  test("RBAC-2 Admins read, Members see none, outsiders see nothing", async () => {
    const { body } = await create({});
    expect((await get(body.id, admin.token)).status).toBe(200);
    expect((await get(body.id, member.token)).status).toBe(404);
    const outsider = await site.mint("outsider@example.com");
    expect((await get(body.id, outsider.token)).status).toBe(404);
    expect((await site.request("GET", collection, { token: admin.token })).status).toBe(200);
    expect((await site.request("GET", collection, { token: member.token })).status).toBe(403);
    expect((await site.request("GET", collection, { token: outsider.token })).status).toBe(404);
    const refused = await remove(body.id, admin.token);
    expect([refused.status, refused.body.code]).toEqual([403, "forbidden"]);
    expect((await remove(body.id, member.token)).status).toBe(404);
    expect((await create({}, admin.token)).status).toBe(403);
  });

  test("the list goes page by page", async () => {
    const all = (await site.request("GET", `${collection}?limit=200`, { token: admin.token })).body;
    const first = (await site.request("GET", `${collection}?limit=3`, { token: admin.token })).body;
    const next = await site.request("GET", `${collection}?limit=200&cursor=${first.nextCursor}`, {
      token: admin.token,
    });
    expect([...first.items, ...next.body.items]).toEqual(all.items);
    expect(all.nextCursor).toBeNull();
  });
});
