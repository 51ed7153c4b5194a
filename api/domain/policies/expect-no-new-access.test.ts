import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { fingerprint } from "../../../test/support/fixture-fingerprint.ts";
import { startTestSite, type Person, type TestSite } from "../../../test/support/site.ts";
import { allow, cellsOf, deny, everything, policyTools } from "./testing/policy-tools.ts";

let site: TestSite;
let tools: ReturnType<typeof policyTools>;
let workspaceId: string;
let admin: Person;
let member: Person;
let count = 0;
beforeAll(async () => {
  site = await startTestSite();
  tools = policyTools(site);
});
afterAll(() => site?.stop());
beforeEach(async () => {
  workspaceId = await site.createWorkspace({
    name: `team-${++count}`,
    services: { notebook: ["hanoi", "tokyo"] },
  });
  admin = await site.mint(`admin-${count}@example.com`, { [workspaceId]: "Admin" });
  member = await site.mint(`member-${count}@example.com`, { [workspaceId]: "Member" });
});

const hanoiOnly = [allow("notebook", ["hanoi"])];
const expecting = { expect: "noNewAccess" };

/** That an answer refuses for new access, listing where, and that nothing was changed by it. */
async function expectRefused(
  change: () => Promise<{ status: number; body: any }>,
  { userId = null, cell }: { userId?: string | null; cell: string },
) {
  const before = await fingerprint(site);
  const { status, body } = await change();
  expect([status, body.code]).toEqual([409, "new_access"]);
  expect(body.newAccess).toMatchObject([{ workspaceId, workspace: `team-${count}`, userId }]);
  const cells = cellsOf(body.newAccess[0].gained);
  expect(cells).toContain(cell);
  expect(body.detail).toContain(`(workspace team-${count})`);
  expect(await fingerprint(site)).toBe(before);
  return cells;
}

describe("POL-8 a boundary that is expected to give nothing", () => {
  test("POL-8 attaching: what only takes goes through, what gives is refused", async () => {
    const narrow = await tools.write(hanoiOnly);
    const wide = await tools.write(everything);
    const taken = await tools.attach({ workspaceId }, narrow, expecting);
    expect(taken).toMatchObject({ status: 200, body: { gained: [] } });
    expect(taken.body.lost.length).toBeGreaterThan(0);
    const given = await expectRefused(() => tools.attach({ workspaceId }, wide, expecting), {
      cell: "notebook:create tokyo",
    });
    expect(given).not.toContain("notebook:create hanoi");
    // Attached already: nothing is given.
    expect((await tools.attach({ workspaceId }, narrow, expecting)).status).toBe(200);
    expect((await tools.attach({ workspaceId }, wide)).status).toBe(200);
  });

  test("POL-8 detaching: a ceiling that goes gives, an Allow beside another takes", async () => {
    const narrow = await tools.write(hanoiOnly);
    const wide = await tools.write(everything);
    await tools.attach({ workspaceId }, narrow);
    await expectRefused(() => tools.detach({ workspaceId }, narrow, expecting), {
      cell: "notebook:create tokyo",
    });
    await tools.attach({ workspaceId }, wide);
    expect((await tools.detach({ workspaceId }, wide, expecting)).status).toBe(200);
    expect((await tools.detach({ workspaceId }, narrow)).status).toBe(200);
  });

  test("POL-8 an Admin's promise is held too, and refused to who may not attach at all", async () => {
    const narrow = await tools.write(hanoiOnly);
    const as = (token: string) => ({ ...expecting, token });
    expect((await tools.attach({ workspaceId }, narrow, as(admin.token))).status).toBe(200);
    await expectRefused(() => tools.detach({ workspaceId }, narrow, as(admin.token)), {
      cell: "notebook:create tokyo",
    });
    expect((await tools.detach({ workspaceId }, narrow, as(member.token))).status).toBe(403);
  });

  test("POL-8 judged as if every Service were enabled", async () => {
    const noContainers = await tools.write([
      ...everything,
      deny("container", "*", ["container:create"]),
    ]);
    await tools.attach({ workspaceId }, noContainers);
    const cells = await expectRefused(
      () => tools.detach({ workspaceId }, noContainers, expecting),
      {
        cell: "container:create hanoi",
      },
    );
    expect(cells).toEqual([
      "container:create hanoi",
      "container:create tokyo",
      "container:create *",
    ]);
    expect((await tools.detach({ workspaceId }, noContainers)).body.gained).toEqual([]);
  });

  test("AUD-1 the refusal is in the log", async () => {
    const narrow = await tools.write(hanoiOnly);
    await tools.attach({ workspaceId }, narrow);
    await tools.detach({ workspaceId }, narrow, expecting);
    const { body } = await site.request(
      "GET",
      `/v1/organizations/${site.organizationId}/audit-events?workspaceId=${workspaceId}&outcome=FAILED`,
      { token: admin.token },
    );
    expect(body.items).toMatchObject([{ action: "detachWorkspacePolicy", reason: "new_access" }]);
  });
});

describe("POL-8 identity policies that are expected to give nothing", () => {
  test("POL-8 attaching and detaching", async () => {
    const place = { workspaceId, userId: member.userId };
    const narrow = await tools.write(hanoiOnly);
    const wide = await tools.write(everything);
    expect((await tools.attach(place, narrow, expecting)).status).toBe(200);
    const { userId } = place;
    await expectRefused(() => tools.attach(place, wide, expecting), {
      userId,
      cell: "notebook:create tokyo",
    });
    await expectRefused(() => tools.detach(place, narrow, expecting), {
      userId,
      cell: "container:start hanoi",
    });
    expect((await tools.detach(place, narrow)).status).toBe(200);
  });

  test("POL-8 what the boundary holds back anyway is not new", async () => {
    const place = { workspaceId, userId: member.userId };
    const narrow = await tools.write(hanoiOnly);
    const wide = await tools.write(everything);
    await tools.attach({ workspaceId }, narrow);
    await tools.attach(place, narrow);
    expect((await tools.attach(place, wide, expecting)).status).toBe(200);
    expect((await tools.detach(place, narrow, expecting)).status).toBe(200);
  });
});

test.each([["newAccess"], [""], ["true"]])("expect=%s is bad input", async (word) => {
  const policy = await tools.write(hanoiOnly);
  const attached = await tools.attach({ workspaceId }, policy, { expect: word });
  expect([attached.status, attached.body.errors?.[0].pointer]).toEqual([400, "/expect"]);
  await tools.attach({ workspaceId }, policy);
  const detached = await tools.detach({ workspaceId }, policy, { expect: word });
  expect([detached.status, detached.body.errors?.[0].pointer]).toEqual([400, "?expect"]);
  const edited = await tools.edit(policy.id, { statements: everything, expect: word });
  expect([edited.status, edited.body.errors?.[0].pointer]).toEqual([400, "/expect"]);
});
