import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { makeServiceAccount } from "../../../test/support/fixture.ts";
import { startTestSite, type Person, type TestSite } from "../../../test/support/site.ts";

let site: TestSite;
let workspace: string;
let elsewhere: string;
let person: Person;
let people = 0;

beforeAll(async () => {
  site = await startTestSite();
  workspace = await site.createWorkspace();
  elsewhere = await site.createWorkspace();
});
afterAll(() => site?.stop());
beforeEach(async () => {
  const roles = { [workspace]: "Member", [elsewhere]: "Admin" } as const;
  person = await site.mint(`person-${++people}@example.com`, roles);
});

const leave = (token: string, at = workspace) =>
  site.request("DELETE", `/v1/me/memberships/${at}`, { token });
const sees = async (token: string, at = workspace) =>
  (await site.request("GET", `/v1/workspaces/${at}`, { token })).status;

test("ORG-5 a member leaves one Workspace, with the next request, and stays in the others", async () => {
  expect((await leave(person.token)).status).toBe(204);
  expect(await sees(person.token)).toBe(404);
  expect(await sees(person.token, elsewhere)).toBe(200);
  const { memberships } = (await site.request("GET", "/v1/me", { token: person.token })).body;
  expect(memberships).toMatchObject([{ workspaceId: elsewhere, role: "Admin" }]);
  expect((await leave(person.token)).status).toBe(404);
});

test("ORG-5 an Admin leaves like a Member", async () => {
  expect((await leave(person.token, elsewhere)).status).toBe(204);
  expect(await sees(person.token, elsewhere)).toBe(404);
});

test("ORG-5 the Owner has no membership to leave", async () => {
  const refused = await leave(site.ownerToken);
  expect(refused.body).toMatchObject({ status: 403, code: "forbidden", role: "Owner" });
  expect(await sees(site.ownerToken)).toBe(200);
});

test("ID-4 a service account does not leave", async () => {
  const account = await makeServiceAccount(site, { [workspace]: "Member" });
  const refused = await leave(account.token);
  expect(refused.body).toMatchObject({ status: 403, code: "forbidden" });
  expect(await sees(account.token)).toBe(200);
});

test("ID-3 a token that may only read, or is bound to another Workspace, leaves nothing", async () => {
  const make = async (body: object) =>
    (
      await site.request("POST", "/v1/tokens", {
        token: person.token,
        body: { name: "t", ...body },
      })
    ).body.token;
  expect((await leave(await make({ readOnly: true }))).body.code).toBe("token_read_only");
  expect((await leave(await make({ workspaceId: elsewhere }))).body.code).toBe("not_found");
  expect(await sees(person.token)).toBe(200);
});

test("RBAC-6 an outsider cannot tell a Workspace from none", async () => {
  const outsider = await site.mint("outsider@example.com");
  const known = await leave(outsider.token);
  const unknown = await leave(outsider.token, "ws_01jd0000000000000000000000");
  expect(known.status).toBe(404);
  expect({ ...known.body, requestId: "" }).toEqual({ ...unknown.body, requestId: "" });
});

test("AUD-1 the log of the Workspace says who left, and who tried to", async () => {
  const account = await makeServiceAccount(site, { [workspace]: "Member" });
  await leave(account.token);
  await leave(person.token);
  const query = `action=leaveWorkspace&workspaceId=${workspace}&limit=2`;
  const path = `/v1/organizations/${site.organizationId}/audit-events?${query}`;
  const { body } = await site.request("GET", path, { token: site.ownerToken });
  expect(body.items).toMatchObject([
    { outcome: "SUCCESS", scope: "Workspace", actor: { id: person.userId } },
    { outcome: "FAILED", reason: "forbidden", actor: { id: account.userId } },
  ]);
});
