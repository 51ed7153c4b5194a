import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startTestSite, type Person, type TestSite } from "../../../test/support/site.ts";
import { allow, cellsOf, deny, everything, policyTools } from "./testing/policy-tools.ts";

let site: TestSite;
let tools: ReturnType<typeof policyTools>;
let ml: string;
let web: string;
let member: Person;
let count = 0;
beforeAll(async () => {
  site = await startTestSite();
  tools = policyTools(site);
});
afterAll(() => site?.stop());
beforeEach(async () => {
  const services = { notebook: ["hanoi", "tokyo"] };
  ml = await site.createWorkspace({ name: `ml-${++count}`, services });
  web = await site.createWorkspace({ name: `web-${count}`, services });
  member = await site.mint(`member-${count}@example.com`, { [ml]: "Member", [web]: "Member" });
});

const hanoi = [allow("notebook", ["hanoi"])];
const both = [allow("notebook", ["hanoi", "tokyo"])];
const diff = (body: object, token?: string) => tools.ask("diff", body, token);
const placesOf = (changes: { workspaceId: string; userId: string | null }[]) =>
  changes.map(({ workspaceId, userId }) => [workspaceId, userId]);

describe("POL-6 what would be saved", () => {
  test("sorts out what is new, edited and as it is", async () => {
    const same = await tools.write(hanoi);
    const edited = await tools.write(hanoi);
    const described = await tools.write(hanoi);
    const name = tools.name();
    const { status, body } = await diff({
      policies: [
        { name, statements: everything },
        { name: edited.name, statements: both },
        { name: same.name, statements: hanoi },
        { name: described.name, description: "new words", statements: hanoi },
      ],
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      created: [name],
      updated: [edited.name, described.name],
      unchanged: [same.name],
      changes: [],
      newAccess: [],
    });
  });

  test("an edit concerns every place where the Policy is attached, and those alone", async () => {
    const policy = await tools.write(hanoi);
    await tools.attach({ workspaceId: ml }, policy);
    await tools.attach({ workspaceId: web, userId: member.userId }, policy);
    const { body } = await diff({ policies: [{ name: policy.name, statements: both }] });
    expect(placesOf(body.changes)).toEqual([
      [ml, null],
      [web, member.userId],
    ]);
    expect(body.changes[0]).toMatchObject({ workspace: `ml-${count}`, lost: [], warnings: [] });
    expect(cellsOf(body.changes[0].gained)).toContain("notebook:create tokyo");
    expect(placesOf(body.newAccess)).toEqual(placesOf(body.changes));
  });

  test("a new Policy matters where it is to be attached", async () => {
    const name = tools.name();
    const { body } = await diff({
      policies: [{ name, statements: [deny("notebook")] }],
      attach: [
        { policy: name, workspaceId: ml },
        { policy: name, workspaceId: web, userId: member.userId },
      ],
    });
    expect(body.changes).toMatchObject([
      {
        workspaceId: ml,
        userId: null,
        gained: [],
        warnings: [{ code: "boundary_allows_nothing" }],
      },
      {
        workspaceId: web,
        userId: member.userId,
        gained: [],
        warnings: [{ code: "identity_allows_nothing" }],
      },
    ]);
    expect(body.newAccess).toEqual([]);
  });

  test("all of it is judged together", async () => {
    const narrow = await tools.write(hanoi);
    const wide = await tools.write(everything);
    await tools.attach({ workspaceId: ml }, narrow);
    const swapped = await diff({
      policies: [{ name: narrow.name, statements: everything }],
      attach: [{ policy: wide.name, workspaceId: ml }],
      detach: [{ policy: narrow.name, workspaceId: ml }],
    });
    expect(cellsOf(swapped.body.changes[0].gained)).toContain("notebook:create tokyo");
    const kept = await diff({
      policies: [{ name: wide.name, statements: hanoi }],
      attach: [{ policy: wide.name, workspaceId: ml }],
      detach: [{ policy: narrow.name, workspaceId: ml }],
    });
    expect(kept.body).toMatchObject({ updated: [wide.name], changes: [], newAccess: [] });
  });

  test("POL-8 new access is judged as if every Service were enabled", async () => {
    const policy = await tools.write([...everything, deny("container", "*", ["container:create"])]);
    await tools.attach({ workspaceId: ml }, policy);
    const proposed = { name: policy.name, statements: everything };
    const { body } = await diff({ policies: [proposed] });
    expect(body.changes).toEqual([]);
    expect(cellsOf(body.newAccess[0].gained)).toEqual([
      "container:create hanoi",
      "container:create tokyo",
      "container:create *",
    ]);
    const refused = await tools.edit(policy.id, { statements: everything, expect: "noNewAccess" });
    expect(refused.body.newAccess).toEqual(body.newAccess);
  });

  test("nothing of it is saved", async () => {
    const policy = await tools.write(hanoi);
    await tools.attach({ workspaceId: ml }, policy);
    const name = tools.name();
    await diff({
      policies: [
        { name: policy.name, statements: both },
        { name, statements: both },
      ],
      attach: [{ policy: name, workspaceId: web }],
      detach: [{ policy: policy.name, workspaceId: ml }],
    });
    const owner = { token: site.ownerToken };
    expect((await site.request("GET", `/v1/policies/${policy.id}`, owner)).body).toEqual(policy);
    const boundary = async (workspaceId: string) =>
      (await site.request("GET", `/v1/workspaces/${workspaceId}/policies`, owner)).body.items;
    expect(await boundary(ml)).toEqual([policy]);
    expect(await boundary(web)).toEqual([]);
  });
});

describe("POL-4 proposals that make no sense", () => {
  test("unknown words, each at its place", async () => {
    const { status, body } = await diff({
      policies: [
        { name: "a", statements: hanoi },
        { name: "b", statements: [allow("notebook", ["hanoy"])] },
      ],
    });
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([
      {
        pointer: "/policies/1/statements/0/regions/0",
        code: "unknown_region",
        suggestion: "hanoi",
      },
    ]);
  });

  test("two Policies of one name", async () => {
    const twice = { name: "twice", statements: hanoi };
    const { body } = await diff({ policies: [twice, twice] });
    expect(body.errors).toMatchObject([{ pointer: "/policies/1", code: "duplicate_policy" }]);
  });

  test("a Policy that is neither saved nor proposed, with the nearest one that is", async () => {
    const { name } = await tools.write(hanoi, `vietnam-only-${count}`);
    const { status, body } = await diff({
      attach: [
        { policy: name, workspaceId: ml },
        { policy: name.replace("vietnam", "vietnan"), workspaceId: ml },
      ],
    });
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([
      { pointer: "/attach/1/policy", code: "unknown_policy", suggestion: name },
    ]);
  });

  test("detaching what is not attached, or is to be attached", async () => {
    const policy = await tools.write(hanoi);
    const place = { policy: policy.name, workspaceId: ml };
    const absent = await diff({ detach: [place] });
    expect(absent.body.errors).toMatchObject([{ pointer: "/detach/0", code: "not_attached" }]);
    await tools.attach({ workspaceId: ml }, policy);
    const identity = await diff({ detach: [place, { ...place, userId: member.userId }] });
    expect(identity.body.errors).toMatchObject([{ pointer: "/detach/1", code: "not_attached" }]);
    const contrary = await diff({ attach: [place], detach: [place] });
    expect(contrary.body.errors).toMatchObject([{ pointer: "/detach/0", code: "contradiction" }]);
    const unknown = await diff({ detach: [{ ...place, policy: "nope" }] });
    expect(unknown.body.errors).toMatchObject([{ pointer: "/detach/0", code: "not_attached" }]);
  });

  test("nothing at all", async () => {
    expect((await diff({})).body).toMatchObject({ status: 400, errors: [{ pointer: "" }] });
  });

  test("RBAC-6 Workspaces and members that are not there are 404", async () => {
    const { name } = await tools.write(hanoi);
    const stranger = await site.mint(`stranger-${count}@example.com`);
    const other = await site.createOrganization("other");
    const elsewhere = await site.createWorkspace({
      organizationId: other.organizationId,
      ownerToken: other.token,
    });
    for (const place of [
      { workspaceId: "ws_01jd0000000000000000000000" },
      { workspaceId: elsewhere },
      { workspaceId: ml, userId: stranger.userId },
      { workspaceId: ml, userId: site.ownerId },
      { workspaceId: ml, userId: member.userId.replace("usr_", "sa_") },
    ])
      for (const kind of ["attach", "detach"]) {
        const { body } = await diff({ [kind]: [{ policy: name, ...place }] });
        expect(body, JSON.stringify(place)).toMatchObject({ status: 404, code: "not_found" });
      }
  });
});

describe("POL-2 identity policies that wait for a return", () => {
  test("are judged like the member's who may return, and can only be detached", async () => {
    const policy = await tools.write(hanoi);
    const { userId } = member;
    await tools.attach({ workspaceId: ml, userId }, policy);
    const left = await site.request("DELETE", `/v1/me/memberships/${ml}`, { token: member.token });
    expect(left.status).toBe(204);
    const place = { policy: policy.name, workspaceId: ml, userId };
    const proposed = { name: policy.name, statements: both };
    const { body } = await diff({ policies: [proposed] });
    expect(placesOf(body.newAccess)).toEqual([[ml, userId]]);
    const edited = await tools.edit(policy.id, { statements: both, expect: "noNewAccess" });
    expect(edited.body.newAccess).toEqual(body.newAccess);
    expect((await diff({ detach: [place] })).body.changes).toMatchObject([{ userId, lost: [] }]);
    expect((await diff({ attach: [place] })).status).toBe(404);
    const principal = { workspaceId: ml, userId };
    expect((await tools.ask("simulate", { principal })).status).toBe(404);
  });
});

test("POL-6 a question full of unknown names costs little, and its answer is short", async () => {
  const name = (number: number) => `n${number}_`.padEnd(64, "abcdefghij");
  const policies = Array.from({ length: 100 }, (_, at) => ({ name: name(at), statements: hanoi }));
  const attach = Array.from({ length: 1000 }, (_, at) => ({
    policy: name(at + 5000),
    workspaceId: ml,
  }));
  const started = performance.now();
  const { status, body } = await diff({ policies, attach });
  expect(performance.now() - started).toBeLessThan(3_000);
  expect(status).toBe(400);
  expect(body.detail).toContain("(and 999 more)");
  expect(body.errors).toHaveLength(100);
  expect(body.errors[0]).toMatchObject({ code: "unknown_policy", suggestion: expect.any(String) });
});
