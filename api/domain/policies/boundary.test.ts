import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startTestSite, type Person, type TestSite } from "../../../test/support/site.ts";

let site: TestSite;
let workspace: string;
let admin: Person;
let member: Person;
let count = 0;

beforeAll(async () => {
  site = await startTestSite();
});
afterAll(() => site.stop());
beforeEach(async () => {
  workspace = await site.createWorkspace({ services: { notebook: ["hanoi", "tokyo"] } });
  admin = await site.mint(`admin-${++count}@example.com`, { [workspace]: "Admin" });
  member = await site.mint(`member-${count}@example.com`, { [workspace]: "Member" });
});

async function policy(...statements: object[]): Promise<string> {
  const { body } = await site.request("POST", `/v1/organizations/${site.organizationId}/policies`, {
    token: site.ownerToken,
    body: { name: `policy-${++count}`, statements },
  });
  return body.id;
}
const everything = ["notebook", "container", "inference"].map((service) => ({
  effect: "Allow",
  service,
  regions: "*",
  actions: "*",
}));
const noTokyo = { effect: "Deny", service: "notebook", regions: ["tokyo"], actions: "*" };
const hanoiOnly = { effect: "Allow", service: "notebook", regions: ["hanoi"], actions: "*" };

const change = (method: string, policyId: string, token = site.ownerToken) =>
  site.request(method, `/v1/workspaces/${workspace}/policies/${policyId}`, { token });
const boundary = async (token = admin.token) =>
  (await site.request("GET", `/v1/workspaces/${workspace}/policies`, { token })).body;
const lock = () =>
  site.request("PATCH", `/v1/workspaces/${workspace}`, {
    token: site.ownerToken,
    body: { boundaryLocked: true },
  });
const cells = (list: { action: string; region: string }[]) =>
  list.map(({ action, region }) => `${action} ${region}`);

describe("POL-8 what a change of the boundary gives and takes", () => {
  test("POL-8 attaching says what a Member loses, detaching what a Member gains", async () => {
    const id = await policy(hanoiOnly);
    const attached = await change("PUT", id, admin.token);
    expect(attached.status).toBe(200);
    const lost = cells(attached.body.lost);
    expect(attached.body.gained).toEqual([]);
    expect(lost).toContain("notebook:create tokyo");
    expect(lost).not.toContain("notebook:create hanoi");
    // Not enabled, so a Member could only read, stop and delete there.
    expect(lost).toContain("container:delete hanoi");
    expect(lost).not.toContain("container:create hanoi");
    expect((await boundary()).items.map((it: { id: string }) => it.id)).toEqual([id]);

    const detached = await change("DELETE", id, admin.token);
    expect(detached.body.gained).toEqual(attached.body.lost);
    expect((await boundary()).items).toEqual([]);
  });

  test("POL-8 a second boundary gains what it allows beside the first", async () => {
    await change("PUT", await policy(hanoiOnly));
    const { body } = await change("PUT", await policy({ ...hanoiOnly, regions: ["tokyo"] }));
    expect(body.lost).toEqual([]);
    expect(cells(body.gained)).toContain("notebook:create tokyo");
    expect(cells(body.gained).every((it) => it.endsWith(" tokyo"))).toBe(true);
  });

  test("POL-8 the cells are in the audit log, where the Workspace's Admins see them", async () => {
    const id = await policy(hanoiOnly);
    const { body } = await change("PUT", id);
    const log = await site.request(
      "GET",
      `/v1/organizations/${site.organizationId}/audit-events?action=attachWorkspacePolicy&workspaceId=${workspace}`,
      { token: admin.token },
    );
    expect(log.body.items).toMatchObject([
      {
        scope: "Workspace",
        target: { kind: "policy", id },
        details: { policyId: id, gained: body.gained, lost: body.lost },
      },
    ]);
  });
});

describe("POL-3 a boundary that allows nothing", () => {
  test("POL-3 Denies only: attached with a warning, until an Allow stands beside them", async () => {
    const { body } = await change("PUT", await policy(noTokyo));
    expect(body.warnings).toEqual([
      { code: "boundary_allows_nothing", message: expect.stringContaining("allows nothing") },
    ]);
    expect((await change("PUT", await policy(...everything))).body.warnings).toEqual([]);
  });
});

describe("attaching", () => {
  test("twice is once; detaching what is not attached is 404", async () => {
    const id = await policy(hanoiOnly);
    await change("PUT", id);
    expect((await change("PUT", id)).body).toMatchObject({ gained: [], lost: [] });
    expect((await boundary()).items).toHaveLength(1);
    expect((await change("DELETE", id)).status).toBe(200);
    expect((await change("DELETE", id)).status).toBe(404);
  });

  test("ten at once attach one", async () => {
    const id = await policy(hanoiOnly);
    const answers = await Promise.all(Array.from({ length: 10 }, () => change("PUT", id)));
    expect(answers.map((it) => it.status)).toEqual(Array(10).fill(200));
    expect(answers.filter((it) => it.body.lost.length > 0)).toHaveLength(1);
  });

  test("RBAC-1 Admins in their own Workspace only, Members not at all", async () => {
    const id = await policy(hanoiOnly);
    const stranger = await site.mint(`stranger-${++count}@example.com`, {
      [await site.createWorkspace()]: "Admin",
    });
    for (const method of ["PUT", "DELETE"]) {
      expect((await change(method, id, stranger.token)).status).toBe(404);
      expect((await change(method, id, member.token)).status).toBe(403);
    }
    expect((await boundary(member.token)).code).toBe("forbidden");
    expect((await boundary(stranger.token)).code).toBe("not_found");
  });

  test("RBAC-6 a Policy of another Organization is 404", async () => {
    const other = await site.createOrganization("other");
    const { body } = await site.request(
      "POST",
      `/v1/organizations/${other.organizationId}/policies`,
      {
        token: other.token,
        body: { name: "foreign", statements: [hanoiOnly] },
      },
    );
    expect((await change("PUT", body.id)).status).toBe(404);
    expect((await change("PUT", "pol_01jd0000000000000000000000")).status).toBe(404);
  });
});

describe("POL-8 a locked boundary", () => {
  test("POL-8 refuses an Admin's change that gains a cell, and lets through what only takes", async () => {
    const all = await policy(...everything);
    const first = await policy(hanoiOnly);
    await change("PUT", first);
    await lock();
    const refused = await change("PUT", all, admin.token);
    expect(refused.body).toMatchObject({ status: 403, code: "boundary_locked", layer: "boundary" });
    expect(cells(refused.body.gained)).toContain("notebook:create tokyo");
    expect((await change("DELETE", first, admin.token)).body.code).toBe("boundary_locked");
    expect((await boundary()).items).toHaveLength(1);

    const narrower = await policy({ ...noTokyo, regions: ["hanoi"], actions: ["notebook:access"] });
    const taken = await change("PUT", narrower, admin.token);
    expect(cells(taken.body.lost)).toEqual(["notebook:access hanoi"]);
    expect((await change("DELETE", narrower, admin.token)).body.code).toBe("boundary_locked");
  });

  test("POL-8 does not bind the Owner", async () => {
    const id = await policy(hanoiOnly);
    await change("PUT", id);
    await lock();
    expect((await change("DELETE", id)).body.gained.length).toBeGreaterThan(0);
  });

  test("POL-8 holds for Services that are not enabled yet", async () => {
    const noContainers = await policy(...everything, {
      effect: "Deny",
      service: "container",
      regions: "*",
      actions: ["container:create"],
    });
    const all = await policy(...everything);
    await change("PUT", all);
    await change("PUT", noContainers);
    await lock();
    // Containers are not enabled: a Member would gain nothing today, but everything the day they are.
    expect((await change("DELETE", noContainers, admin.token)).body.code).toBe("boundary_locked");
    expect((await change("DELETE", noContainers)).body.gained).toEqual([]);
  });

  test("POL-8 holds for regions that the site adds later", async () => {
    const regions = [...site.site.catalogue.regionIds];
    const today = await policy({ ...everything[0]!, regions });
    const always = await policy(everything[0]!);
    await change("PUT", today);
    await lock();
    const refused = await change("PUT", always, admin.token);
    expect(refused.body.code).toBe("boundary_locked");
    expect(refused.body.gained.map((it: any) => it.region)).toEqual(
      refused.body.gained.map(() => "*"),
    );
    expect(refused.body.detail).toMatch(/would allow notebook:\w+ in regions to come and \d+ more/);
    // Today nobody gains a cell by it.
    expect((await change("PUT", always)).body.gained).toEqual([]);
    // The list of today's regions is no more than all of them: taking it away again takes nothing.
    expect((await change("DELETE", today, admin.token)).status).toBe(200);
  });

  test("AUD-1 the refusal is in the log", async () => {
    const id = await policy(hanoiOnly);
    await change("PUT", id);
    await lock();
    await change("DELETE", id, admin.token);
    const { body } = await site.request(
      "GET",
      `/v1/organizations/${site.organizationId}/audit-events?workspaceId=${workspace}&outcome=FAILED`,
      { token: site.ownerToken },
    );
    expect(body.items[0]).toMatchObject({
      action: "detachWorkspacePolicy",
      reason: "boundary_locked",
      actor: { id: admin.userId },
    });
  });
});
