import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makeServiceAccount, must } from "../../../test/support/fixture.ts";
import { codeOf } from "../../../test/support/invitations.ts";
import { startRunningSite, type RunningSite } from "../../../test/support/running-site.ts";
import type { Person } from "../../../test/support/site.ts";

let site: RunningSite;
let workspace: string;
let admin: Person;
let member: Person;

beforeAll(async () => {
  site = await startRunningSite({ funded: false });
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

const memberPath = (userId: string) => `/v1/workspaces/${workspace}/members/${userId}`;
const remove = (userId: string, token: string) =>
  site.request("DELETE", memberPath(userId), { token });
const add = (userId: string, token: string) =>
  site.request("PUT", memberPath(userId), { token, body: { role: "Member" } });

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

test("POL-2 the Owner who removes a member takes the identity policies off", async () => {
  const id = await policy("gone-with-it", readOnly);
  const person = await site.mint("removed@example.com", { [workspace]: "Member" });
  await change("PUT", person.userId, id);
  await remove(person.userId, site.ownerToken);
  expect((await list(person.userId)).code).toBe("not_found");
  await add(person.userId, site.ownerToken);
  expect((await list(person.userId)).items).toEqual([]);
  const removed = await site.request("DELETE", `/v1/policies/${id}`, { token: site.ownerToken });
  expect(removed.status).toBe(204);
});

describe("POL-2 identity policies outlive a membership that the Owner did not end", () => {
  const create = async (token: string) => {
    const body = { name: "n", region: "hanoi", flavor: "cpu-small", image: "jupyter-base" };
    const answer = await site.request("POST", `/v1/workspaces/${workspace}/notebooks`, {
      token,
      body: { ...body, homeVolume: { sizeGib: 1 } },
    });
    return answer.body.code;
  };
  const leave = (token: string) =>
    site.request("DELETE", `/v1/me/memberships/${workspace}`, { token });
  let people = 0;
  let elsewhere: string;
  let person: Person;
  let id: string;
  beforeAll(async () => {
    elsewhere = await site.createWorkspace();
  });
  beforeEach(async () => {
    people += 1;
    const roles = { [workspace]: "Member", [elsewhere]: "Member" } as const;
    person = await site.mint(`returning-${people}@example.com`, roles);
    id = await policy(`waits-${people}`, readOnly);
    await change("PUT", person.userId, id);
    expect(await create(person.token)).toBe("policy_denied");
  });

  const goings = {
    "an Admin removed": () => remove(person.userId, admin.token),
    "who left": () => leave(person.token),
  };
  const returns = {
    "an Admin's adding": () => add(person.userId, admin.token),
    "the Owner's adding": () => add(person.userId, site.ownerToken),
    "an invitation": async () => {
      const email = `returning-${people}@example.com`;
      const body = { email, role: "Member" };
      const invitations = `/v1/workspaces/${workspace}/invitations`;
      await must(site.request("POST", invitations, { token: admin.token, body }));
      const code = await codeOf(site, email);
      const accepted = { token: person.token, body: { code } };
      return site.request("POST", "/v1/invitations/accept", accepted);
    },
  };
  const ways = Object.keys(goings).flatMap((going) =>
    Object.keys(returns).map((back) => [going, back] as const),
  );
  test.each(ways)("POL-2 somebody %s is bound as before after %s", async (going, back) => {
    expect((await goings[going as keyof typeof goings]()).status).toBe(204);
    expect(await create(person.token)).toBe("not_found");
    expect((await returns[back as keyof typeof returns]()).status).toBe(200);
    expect((await list(person.userId)).items).toMatchObject([{ policyId: id }]);
    expect(await create(person.token)).toBe("policy_denied");
  });

  test("POL-9 they count as attached, and the Owner finds and detaches them meanwhile", async () => {
    await remove(person.userId, admin.token);
    const kept = await site.request("DELETE", `/v1/policies/${id}`, { token: site.ownerToken });
    expect(kept.body).toMatchObject({ status: 409, code: "policy_attached", memberships: 1 });
    expect((await list(person.userId)).items).toMatchObject([{ policyId: id }]);
    const refused = await change("DELETE", person.userId, id, admin.token);
    expect(refused.body).toMatchObject({ status: 403, neededRoles: ["Owner"] });
    // No new one is attached to who is no member.
    const other = await policy(`other-${people}`, readOnly);
    expect((await change("PUT", person.userId, other)).status).toBe(404);
    const detached = await change("DELETE", person.userId, id);
    expect(detached.status).toBe(200);
    expect(detached.body.gained.length).toBeGreaterThan(0);
    expect((await list(person.userId)).code).toBe("not_found");
    const gone = await site.request("DELETE", `/v1/policies/${id}`, { token: site.ownerToken });
    expect(gone.status).toBe(204);
    await add(person.userId, admin.token);
    expect(await create(person.token)).not.toBe("policy_denied");
  });

  test("ORG-6 they end with the Workspace", async () => {
    await change("DELETE", person.userId, id);
    const [token, doomed] = [site.ownerToken, await site.createWorkspace()];
    const { userId } = await site.mint(`doomed-${people}@example.com`, { [doomed]: "Member" });
    const member = `/v1/workspaces/${doomed}/members/${userId}`;
    await must(site.request("PUT", `${member}/policies/${id}`, { token }));
    const boss = await site.mint(`boss-${people}@example.com`, { [doomed]: "Admin" });
    await must(site.request("DELETE", member, { token: boss.token }));
    await site.request("DELETE", `/v1/workspaces/${doomed}`, { token });
    await site.pass(1);
    expect((await site.request("DELETE", `/v1/policies/${id}`, { token })).status).toBe(204);
  });

  test("ID-4 those of a service account end with it", async () => {
    const token = site.ownerToken;
    const { userId } = await makeServiceAccount(site, { [workspace]: "Member" });
    await change("PUT", userId, id);
    await remove(userId, admin.token);
    expect((await list(userId)).items).toHaveLength(1);
    await site.request("DELETE", `/v1/service-accounts/${userId}`, { token });
    expect((await list(userId)).code).toBe("not_found");
    await change("DELETE", person.userId, id);
    expect((await site.request("DELETE", `/v1/policies/${id}`, { token })).status).toBe(204);
  });
});
