import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { fingerprint } from "../../../test/support/fixture-fingerprint.ts";
import { startTestSite, type Person, type TestSite } from "../../../test/support/site.ts";
import { allow, cellsOf, deny, everything, policyTools } from "./testing/policy-tools.ts";

let site: TestSite;
let tools: ReturnType<typeof policyTools>;
let ml: string;
let web: string;
let member: Person;
let other: Person;
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
  member = await site.mint(`member-${count}@example.com`, { [ml]: "Member", [web]: "Admin" });
  other = await site.mint(`other-${count}@example.com`, { [ml]: "Member" });
});

const hanoi = [allow("notebook", ["hanoi"])];
const both = [allow("notebook", ["hanoi", "tokyo"])];
const expecting = { expect: "noNewAccess" };

describe("POL-8 what an edit gives and takes", () => {
  test("POL-8 attached nowhere: nothing", async () => {
    const policy = await tools.write(hanoi);
    const edited = await tools.edit(policy.id, { statements: everything, ...expecting });
    expect(edited).toMatchObject({ status: 200, body: { revision: 2, changes: [] } });
  });

  test("POL-8 each Workspace and membership where it is attached, and nobody else", async () => {
    const policy = await tools.write(hanoi);
    const beside = await tools.write([allow("notebook", ["hanoi"], ["notebook:read"])]);
    await tools.attach({ workspaceId: ml }, policy);
    await tools.attach({ workspaceId: ml, userId: other.userId }, beside);
    await tools.attach({ workspaceId: web, userId: member.userId }, policy);
    const { body } = await tools.edit(policy.id, { statements: both });
    // The other member of ml has an identity policy that holds to Hà Nội, so nothing changes there.
    expect(body.changes).toMatchObject([
      { workspaceId: ml, workspace: `ml-${count}`, userId: null, lost: [], warnings: [] },
      {
        workspaceId: web,
        workspace: `web-${count}`,
        userId: member.userId,
        lost: [],
        warnings: [],
      },
    ]);
    for (const { gained } of body.changes) {
      expect(cellsOf(gained)).toContain("notebook:create tokyo");
      expect(cellsOf(gained).every((cell) => cell.endsWith(" tokyo"))).toBe(true);
    }
    const back = await tools.edit(policy.id, { statements: hanoi, ...expecting });
    expect(back.status).toBe(200);
    expect(back.body.changes.map(({ lost }: any) => lost)).toEqual(
      body.changes.map(({ gained }: any) => gained),
    );
    const nothing = await tools.edit(policy.id, { statements: [deny("notebook")] });
    expect(nothing.body.changes.map(({ warnings }: any) => warnings[0].code)).toEqual([
      "boundary_allows_nothing",
      "boundary_allows_nothing",
      "identity_allows_nothing",
    ]);
    expect(nothing.body.changes[1]).toMatchObject({ workspaceId: ml, userId: other.userId });
  });

  test("POL-8 the cells are in the audit log", async () => {
    const policy = await tools.write(hanoi);
    await tools.attach({ workspaceId: ml }, policy);
    const { body } = await tools.edit(policy.id, { statements: both });
    const log = await site.request(
      "GET",
      `/v1/organizations/${site.organizationId}/audit-events?action=updatePolicy&limit=1`,
      { token: site.ownerToken },
    );
    expect(log.body.items).toMatchObject([
      { target: { kind: "policy", id: policy.id }, details: { changes: body.changes } },
    ]);
    expect(body.changes).toHaveLength(1);
  });

  test("POL-8 a description changes nobody's access", async () => {
    const policy = await tools.write(hanoi);
    await tools.attach({ workspaceId: ml }, policy);
    const { body } = await tools.edit(policy.id, { description: "Hà Nội only", ...expecting });
    expect(body).toMatchObject({ revision: 2, changes: [] });
  });
});

describe("POL-8 an edit that is expected to give nothing", () => {
  test("POL-8 is refused with what and where, and leaves nothing", async () => {
    const policy = await tools.write(hanoi);
    await tools.attach({ workspaceId: ml }, policy);
    await tools.attach({ workspaceId: web, userId: member.userId }, policy);
    const before = await fingerprint(site);
    const { status, body } = await tools.edit(policy.id, { statements: both, ...expecting });
    expect([status, body.code]).toEqual([409, "new_access"]);
    expect(body.newAccess).toMatchObject([
      { workspaceId: ml, userId: null },
      { workspaceId: web, userId: member.userId },
    ]);
    expect(await fingerprint(site)).toBe(before);
  });

  test("POL-8 a member may gain by identity what the same Policy as boundary does not give", async () => {
    const policy = await tools.write(hanoi);
    const ceiling = await tools.write(everything);
    await tools.attach({ workspaceId: ml }, ceiling);
    await tools.attach({ workspaceId: ml }, policy);
    await tools.attach({ workspaceId: ml, userId: member.userId }, policy);
    const { body } = await tools.edit(policy.id, { statements: both, ...expecting });
    expect(body.newAccess).toMatchObject([{ workspaceId: ml, userId: member.userId }]);
    expect(body.newAccess).toHaveLength(1);
  });

  test("POL-8 judged as if every Service were enabled", async () => {
    const policy = await tools.write([...everything, deny("container")]);
    await tools.attach({ workspaceId: ml }, policy);
    const refused = await tools.edit(policy.id, {
      statements: [...everything, deny("container", "*", ["container:stop"])],
      ...expecting,
    });
    const cells = cellsOf(refused.body.newAccess[0].gained);
    expect(cells).toContain("container:create hanoi");
  });

  test("If-Match is asked first", async () => {
    const policy = await tools.write(hanoi);
    const late = await site.request("PATCH", `/v1/policies/${policy.id}`, {
      token: site.ownerToken,
      body: { statements: both, ...expecting },
      headers: { "if-match": '"7"' },
    });
    expect([late.status, late.body.code]).toEqual([412, "revision_mismatch"]);
  });
});
