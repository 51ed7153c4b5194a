import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestSite, type Person, type TestSite } from "../../../test/support/site.ts";

let site: TestSite;
let workspace: string;
let admin: Person;
let member: Person;

beforeAll(async () => {
  site = await startTestSite();
  workspace = await site.createWorkspace({ services: { notebook: ["hanoi", "tokyo"] } });
  admin = await site.mint("admin@example.com", { [workspace]: "Admin" });
  member = await site.mint("member@example.com", { [workspace]: "Member" });
});
afterAll(() => site.stop());

async function policy(
  name: string,
  statements: object[],
  organizationId = site.organizationId,
  token = site.ownerToken,
) {
  const { body } = await site.request("POST", `/v1/organizations/${organizationId}/policies`, {
    token,
    body: { name, statements },
  });
  return body.id as string;
}
const change = (method: string, userId: string, policyId: string, token = site.ownerToken) =>
  site.request(method, `/v1/workspaces/${workspace}/members/${userId}/policies/${policyId}`, {
    token,
  });
const list = async (userId: string, token = admin.token) =>
  (await site.request("GET", `/v1/workspaces/${workspace}/members/${userId}/policies`, { token }))
    .body;

const readOnly = [
  { effect: "Allow", service: "notebook", regions: ["hanoi"], actions: ["notebook:read"] },
];

test("POL-2 attaching and detaching say what the member loses and gains", async () => {
  const id = await policy("reader", readOnly);
  const attached = await change("PUT", member.userId, id);
  expect(attached.status).toBe(200);
  expect(attached.body).toMatchObject({
    workspaceId: workspace,
    policyId: id,
    gained: [],
    warnings: [],
  });
  // Enabled are notebooks in both regions; without their Service, others could only be read, stopped and deleted.
  const lost = attached.body.lost.map(
    (it: { action: string; region: string }) => `${it.action} ${it.region}`,
  );
  expect(lost).toContain("notebook:create hanoi");
  expect(lost).toContain("notebook:read tokyo");
  expect(lost).toContain("container:stop hanoi");
  expect(lost).not.toContain("notebook:read hanoi");
  expect(lost).not.toContain("container:create hanoi");
  expect((await list(member.userId)).items).toMatchObject([{ policyId: id, name: "reader" }]);

  const detached = await change("DELETE", member.userId, id);
  expect(detached.body.gained).toEqual(attached.body.lost);
  expect(detached.body.lost).toEqual([]);
  expect((await list(member.userId)).items).toEqual([]);
});

test("POL-2 attaching twice is once; detaching what is not attached is 404", async () => {
  const id = await policy("twice", readOnly);
  await change("PUT", member.userId, id);
  const again = await change("PUT", member.userId, id);
  expect(again.body).toMatchObject({ gained: [], lost: [] });
  expect((await change("DELETE", member.userId, id)).status).toBe(200);
  expect((await change("DELETE", member.userId, id)).status).toBe(404);
});

test("POL-3 one that allows nothing is attached with a warning", async () => {
  const id = await policy("deny-only", [
    { effect: "Deny", service: "notebook", regions: "*", actions: "*" },
  ]);
  const { body } = await change("PUT", member.userId, id);
  expect(body.warnings).toEqual([
    { code: "identity_allows_nothing", message: expect.stringContaining("deny-only") },
  ]);
  await change("DELETE", member.userId, id);
});

test("RBAC-2 only the Owner applies Policies to members; Admins read them, Members do not", async () => {
  const id = await policy("forbidden", readOnly);
  for (const method of ["PUT", "DELETE"]) {
    const refused = await change(method, member.userId, id, admin.token);
    expect(refused.body).toMatchObject({ status: 403, code: "forbidden", neededRoles: ["Owner"] });
  }
  expect((await list(member.userId, member.token)).code).toBe("forbidden");
});

test("RBAC-6 a Policy of another Organization, and one who is no member, are 404", async () => {
  const other = await site.createOrganization("other");
  const foreign = await policy("foreign", readOnly, other.organizationId, other.token);
  expect((await change("PUT", member.userId, foreign)).status).toBe(404);
  const outsider = await site.mint("outsider@example.com");
  const id = await policy("for-nobody", readOnly);
  expect((await change("PUT", outsider.userId, id)).status).toBe(404);
  expect((await list(outsider.userId)).code).toBe("not_found");
});

test("ORG-5 identity policies go with the membership", async () => {
  const id = await policy("gone-with-it", readOnly);
  const person = await site.mint("leaving@example.com", { [workspace]: "Member" });
  await change("PUT", person.userId, id);
  const path = `/v1/workspaces/${workspace}/members/${person.userId}`;
  await site.request("DELETE", path, { token: site.ownerToken });
  await site.request("PUT", path, { token: site.ownerToken, body: { role: "Member" } });
  expect((await list(person.userId)).items).toEqual([]);
  const removed = await site.request("DELETE", `/v1/policies/${id}`, { token: site.ownerToken });
  expect(removed.status).toBe(204);
});
