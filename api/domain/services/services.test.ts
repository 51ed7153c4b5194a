import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestSite, type Person, type TestSite } from "../../../test/support/site.ts";

let site: TestSite;
let workspace: string;
let admin: Person;
let member: Person;

beforeAll(async () => {
  site = await startTestSite();
  workspace = await site.createWorkspace({ services: {} });
  admin = await site.mint("admin@example.com", { [workspace]: "Admin" });
  member = await site.mint("member@example.com", { [workspace]: "Member" });
});
afterAll(() => site.stop());

const put = (service: string, regions: unknown, token = site.ownerToken) =>
  site.request("PUT", `/v1/workspaces/${workspace}/services/${service}`, {
    token,
    body: { regions },
  });
const remove = (service: string, token = site.ownerToken) =>
  site.request("DELETE", `/v1/workspaces/${workspace}/services/${service}`, { token });
const list = async (token: string) =>
  (await site.request("GET", `/v1/workspaces/${workspace}/services`, { token })).body.items;

test("ORG-4 the Owner sees every Service, others those that are enabled", async () => {
  expect(await list(site.ownerToken)).toEqual([
    { service: "notebook", enabled: false, regions: [], available: true },
    { service: "container", enabled: false, regions: [], available: true },
    { service: "inference", enabled: false, regions: [], available: false },
  ]);
  expect(await list(member.token)).toEqual([]);
  await put("notebook", ["hanoi"]);
  const enabled = { service: "notebook", enabled: true, regions: ["hanoi"], available: true };
  expect(await list(member.token)).toEqual([enabled]);
  expect(await list(admin.token)).toEqual([enabled]);
  expect(await list(site.ownerToken)).toHaveLength(3);
});

test("ORG-4 enabling again replaces the regions; inference can be enabled and is not available", async () => {
  expect((await put("container", ["hanoi", "tokyo"])).body.regions).toEqual(["hanoi", "tokyo"]);
  expect((await put("container", ["tokyo"])).body).toMatchObject({
    enabled: true,
    regions: ["tokyo"],
  });
  expect((await put("inference", ["tokyo"])).body).toMatchObject({
    enabled: true,
    available: false,
  });
});

test("ORG-4 a region that there is not, or that is named twice, is refused at its place", async () => {
  const unknown = await put("notebook", ["tokyo", "hanoj"]);
  expect(unknown.status).toBe(400);
  expect(unknown.body.errors).toEqual([
    {
      pointer: "/regions/1",
      code: "unknown_region",
      message: expect.stringContaining('did you mean "hanoi"?'),
      suggestion: "hanoi",
    },
  ]);
  const twice = await put("notebook", ["tokyo", "tokyo"]);
  expect([twice.status, twice.body.errors[0]]).toMatchObject([
    400,
    { pointer: "/regions/1", code: "duplicate_region" },
  ]);
  expect((await put("notebook", [])).body.errors[0].pointer).toBe("/regions");
  expect((await put("teapot", ["hanoi"])).status).toBe(404);
});

test("ORG-4 only the Owner enables and disables", async () => {
  for (const { token } of [admin, member]) {
    for (const refused of [
      await put("notebook", ["hanoi"], token),
      await remove("notebook", token),
    ]) {
      expect(refused.body).toMatchObject({
        status: 403,
        code: "forbidden",
        neededRoles: ["Owner"],
      });
    }
  }
});

test("ORG-4 disabling is done once or twice alike, and is audited", async () => {
  await put("container", ["tokyo"]);
  expect((await remove("container")).status).toBe(204);
  expect((await remove("container")).status).toBe(204);
  const services = await list(site.ownerToken);
  expect(services[1]).toMatchObject({ service: "container", enabled: false, regions: [] });
  const { body } = await site.request(
    "GET",
    `/v1/organizations/${site.organizationId}/audit-events?action=disableService&outcome=SUCCESS`,
    { token: admin.token },
  );
  expect(body.items[0]).toMatchObject({
    scope: "Workspace",
    workspaceId: workspace,
    details: { workspaceId: workspace, service: "container" },
  });
});

test("ORG-4 an unchanged Service leaves the version of access alone, a changed one moves it", async () => {
  const version = async () => {
    const { rows } = await site.site.database.pool.query(
      "select access_version::text as version from organizations",
    );
    return rows[0].version;
  };
  await put("notebook", ["hanoi", "tokyo"]);
  const before = await version();
  await put("notebook", ["hanoi", "tokyo"]);
  expect(await version()).toBe(before);
  await put("notebook", ["hanoi"]);
  expect(await version()).not.toBe(before);
});

test("ORG-6 nothing is enabled in a Workspace that is being deleted", async () => {
  const doomed = await site.createWorkspace({ services: {} });
  await site.request("DELETE", `/v1/workspaces/${doomed}`, { token: site.ownerToken });
  const refused = await site.request("PUT", `/v1/workspaces/${doomed}/services/notebook`, {
    token: site.ownerToken,
    body: { regions: ["hanoi"] },
  });
  expect([refused.status, refused.body.code]).toEqual([409, "workspace_deleting"]);
});
