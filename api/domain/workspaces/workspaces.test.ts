import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestSite, type TestSite } from "../../../test/support/site.ts";

let site: TestSite;
let collection: string;

beforeAll(async () => {
  site = await startTestSite();
  collection = `/v1/organizations/${site.organizationId}/workspaces`;
});
afterAll(() => site.stop());

const owner = () => ({ token: site.ownerToken });
const create = (body: object) => site.request("POST", collection, { ...owner(), body });

test("ORG-3 a name is unique in its Organization, and can be taken over by renaming", async () => {
  const first = await create({ name: "ml" });
  expect(first.body).toMatchObject({ name: "ml", boundaryLocked: false, status: "ACTIVE" });
  const refused = await create({ name: "ml" });
  expect(refused.body).toMatchObject({
    status: 409,
    code: "name_taken",
    errors: [{ pointer: "/name" }],
  });
  const second = await create({ name: "ml-2" });
  const renaming = await site.request("PATCH", `/v1/workspaces/${second.body.id}`, {
    ...owner(),
    body: { name: "ml" },
  });
  expect([renaming.status, renaming.body.code]).toEqual([409, "name_taken"]);
  const other = await site.createOrganization("other");
  const elsewhere = await site.request(
    "POST",
    `/v1/organizations/${other.organizationId}/workspaces`,
    {
      token: other.token,
      body: { name: "ml" },
    },
  );
  expect(elsewhere.status).toBe(201);
});

test("IAC-3 a repeated clientToken returns the Workspace that lives, ten at once make one", async () => {
  const body = { name: "tokened", clientToken: "workspace-token" };
  const answers = await Promise.all(Array.from({ length: 10 }, () => create(body)));
  expect(answers.map((it) => it.status)).toEqual(Array(10).fill(201));
  expect(new Set(answers.map((it) => it.body.id)).size).toBe(1);
  expect((await create({ ...body, name: "renamed-since" })).body.name).toBe("tokened");
});

test("ORG-6 an empty Workspace is deleted without force, asked for once or twice", async () => {
  const { id } = (await create({ name: "doomed" })).body;
  const path = `/v1/workspaces/${id}`;
  for (const answer of [
    await site.request("DELETE", path, owner()),
    await site.request("DELETE", path, owner()),
  ]) {
    expect([answer.status, answer.body.status]).toEqual([202, "DELETING"]);
  }
  const { rows } = await site.site.database.pool.query(
    "select count(*)::int as n from work_items where kind = 'deleteWorkspace'",
  );
  expect(rows).toEqual([{ n: 1 }]);
});

test("ORG-3 a deleted Workspace is unknown, its name is free, and no role in it counts any more", async () => {
  const { id } = (await create({ name: "gone" })).body;
  const member = await site.mint("gone@example.com", { [id]: "Admin" });
  const organization = `/v1/organizations/${site.organizationId}`;
  expect((await site.request("GET", organization, { token: member.token })).status).toBe(200);
  await site.site.database.pool.query(
    "update workspaces set deleted_at = site_now() where name = 'gone'",
  );
  expect((await site.request("GET", `/v1/workspaces/${id}`, owner())).status).toBe(404);
  expect((await site.request("GET", organization, { token: member.token })).status).toBe(404);
  const me = await site.request("GET", "/v1/me", { token: member.token });
  expect(me.body.memberships).toEqual([]);
  expect((await create({ name: "gone" })).status).toBe(201);
});

test("credit that the test support gives arrives in the Wallet", async () => {
  await site.fund("12.50");
  const wallet = await site.request(
    "GET",
    `/v1/organizations/${site.organizationId}/wallet`,
    owner(),
  );
  expect(wallet.body.total).toEqual({ amount: "12.50", currency: "USD" });
});
