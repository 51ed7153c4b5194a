import { afterAll, beforeAll, expect, test } from "vitest";
import { keyOf } from "#domain/ids.ts";
import { startRunningSite, type RunningSite } from "../../../test/support/running-site.ts";

let site: RunningSite;
beforeAll(async () => {
  site = await startRunningSite({ funded: false });
});
afterAll(() => site?.stop());

const IMAGE = "docker.io/library/ubuntu:24.04";

interface Tenant {
  organizationId: string;
  token: string;
  workspace: string;
}

/** An Organization of its own with so much credit, fit for the Services given, and a Workspace. */
async function tenant(amount: string | null, services?: string[]): Promise<Tenant> {
  const { organizationId, token } = await site.createOrganization("tenant");
  const workspace = await site.createWorkspace({ organizationId, ownerToken: token });
  if (amount !== null) await give({ organizationId, token }, amount, services);
  return { organizationId, token, workspace };
}

async function give(
  { organizationId, token }: Omit<Tenant, "workspace">,
  amount: string,
  services?: string[],
): Promise<void> {
  const { body } = await site.ask(
    "POST",
    "/v1/operator/vouchers",
    {
      amount: { amount, currency: "USD" },
      expiresAt: new Date(Date.now() + 86_400_000 * 365).toISOString(),
      ...(services === undefined ? {} : { services }),
    },
    site.operatorToken,
  );
  const path = `/v1/organizations/${organizationId}/vouchers/redeem`;
  expect((await site.ask("POST", path, { code: body.code }, token)).status).toBe(200);
}

const container = ({ workspace, token }: Tenant, more: object = {}) =>
  site.ask(
    "POST",
    `/v1/workspaces/${workspace}/containers`,
    { name: "c", region: "hanoi", flavor: "h100-sxm5-1", image: IMAGE, ...more },
    token,
  );
const notebook = ({ workspace, token }: Tenant, more: object = {}) =>
  site.ask(
    "POST",
    `/v1/workspaces/${workspace}/notebooks`,
    {
      name: "n",
      region: "hanoi",
      flavor: "cpu-small",
      image: "jupyter-base",
      homeVolume: { sizeGib: 10 },
      ...more,
    },
    token,
  );
const volume = ({ workspace, token }: Tenant, sizeGib = 10) =>
  site.ask(
    "POST",
    `/v1/workspaces/${workspace}/volumes`,
    { name: "v", region: "hanoi", sizeGib },
    token,
  );

test("BIL-4 an hour of the flavor and its storage must be covered; the Owner learns what is there", async () => {
  const here = await tenant("2.50");
  const { status, body } = await container(here, { disk: { sizeGib: 100, mountPath: "/data" } });
  expect(status).toBe(402);
  expect(body).toMatchObject({
    code: "insufficient_balance",
    needed: { amount: "2.52", currency: "USD" },
    available: { amount: "2.50", currency: "USD" },
    currency: "USD",
  });
  expect((await container(here)).status).toBe(201);
});

test("RBAC-8 Admins and Members learn what was needed, and nothing of the balance", async () => {
  const { organizationId, token, workspace } = await tenant(null);
  const path = `/v1/organizations/${organizationId}/service-accounts`;
  for (const role of ["Admin", "Member"]) {
    const account = (await site.ask("POST", path, { name: role }, token)).body.id;
    await site.ask("PUT", `/v1/workspaces/${workspace}/members/${account}`, { role }, token);
    const tokens = `/v1/service-accounts/${account}/tokens`;
    const issued = (await site.ask("POST", tokens, { name: role }, token)).body.token;
    const { status, body } = await container({ organizationId, token: issued, workspace });
    expect(status).toBe(402);
    expect(body.needed).toEqual({ amount: "2.50", currency: "USD" });
    expect(body).not.toHaveProperty("available");
    expect(body).not.toHaveProperty("currency");
  }
});

test("BIL-4 what was accepted and does not run yet is already promised, also at the same moment", async () => {
  const here = await tenant("5.00");
  const answers = await Promise.all([1, 2, 3].map(() => container(here)));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 201, 402]);
});

test("BIL-4 credit for another Service pays nothing here", async () => {
  const here = await tenant("100.00", ["notebook"]);
  expect((await container(here)).body).toMatchObject({
    code: "insufficient_balance",
    available: { amount: "0.00" },
  });
  expect((await notebook(here)).status).toBe(201);
});

test("BIL-4 start, restart, re-creation, growth and restarting edits are refused without balance", async () => {
  const here = await tenant("3.00");
  const { token } = here;
  const server = (await container(here, { disk: { sizeGib: 1, mountPath: "/data" } })).body;
  const nb = (await notebook(here)).body;
  const vol = (await volume(here)).body;
  await site.pass(30);
  await site.testDatabase.asOwner("update credits set remaining = 1 where organization_id = $1", [
    keyOf(here.organizationId),
  ]);
  const attempts: [method: string, path: string, body?: unknown][] = [
    ["POST", `/v1/containers/${server.id}/restart`],
    ["PATCH", `/v1/containers/${server.id}`, { image: "docker.io/library/debian:13" }],
    ["PATCH", `/v1/containers/${server.id}`, { disk: { sizeGib: 2 } }],
    ["POST", `/v1/notebooks/${nb.id}/recreate`, {}],
    ["PATCH", `/v1/notebooks/${nb.id}`, { homeVolume: { sizeGib: 20 } }],
    ["PATCH", `/v1/volumes/${vol.id}`, { sizeGib: 20 }],
  ];
  const refusals = [];
  for (const [method, path, body] of attempts)
    refusals.push((await site.ask(method, path, body, token)).body.code);
  expect(refusals).toEqual(attempts.map(() => "insufficient_balance"));
  expect((await volume(here)).body.code).toBe("insufficient_balance");
  expect((await site.ask("POST", `/v1/notebooks/${nb.id}/stop`, undefined, token)).status).toBe(
    202,
  );
  const start = await site.ask("POST", `/v1/notebooks/${nb.id}/start`, undefined, token);
  expect(start.status).toBe(402);
  const rename = await site.ask("PATCH", `/v1/containers/${server.id}`, { name: "x" }, token);
  expect(rename.body).toMatchObject({ name: "x", status: "RUNNING" });
});

test("QUO-2 at the limit nothing is created; what runs goes on, and starts unless that is enforced", async () => {
  const here = await tenant("100.00");
  const { token, workspace } = here;
  const nb = (await notebook(here)).body;
  await site.pass(30);
  const quota = `/v1/workspaces/${workspace}/quota`;
  const limit = { period: "month", limitUsd: "0" };
  expect((await site.ask("PUT", quota, limit, token)).status).toBe(200);
  const refused = await container(here);
  expect(refused.status).toBe(403);
  expect(refused.body).toMatchObject({
    code: "quota_exceeded",
    resetsAt: expect.stringMatching(/-01T00:00:00\.000Z$/),
    limit: { amount: "0.00", currency: "USD" },
    spent: { currency: "USD" },
  });
  expect((await notebook(here)).body.code).toBe("quota_exceeded");
  expect((await volume(here)).body.code).toBe("quota_exceeded");
  const recreate = await site.ask("POST", `/v1/notebooks/${nb.id}/recreate`, {}, token);
  expect(recreate.body.code).toBe("quota_exceeded");

  const path = `/v1/notebooks/${nb.id}`;
  expect((await site.ask("GET", path, undefined, token)).body.status).toBe("RUNNING");
  await site.ask("POST", `${path}/stop`, undefined, token);
  await site.pass(10);
  expect((await site.ask("POST", `${path}/start`, undefined, token)).status).toBe(202);
  await site.ask("POST", `${path}/stop`, undefined, token);
  await site.ask("PUT", quota, { ...limit, enforceOnStart: true }, token);
  const start = await site.ask("POST", `${path}/start`, undefined, token);
  expect(start.body.code).toBe("quota_exceeded");
});

test("QUO-2 a Member learns when the Quota resets, and neither limit nor spending", async () => {
  const { organizationId, token, workspace } = await tenant("100.00");
  const limit = { period: "day", limitUsd: "0" };
  await site.ask("PUT", `/v1/workspaces/${workspace}/quota`, limit, token);
  const path = `/v1/organizations/${organizationId}/service-accounts`;
  const account = (await site.ask("POST", path, { name: "program" }, token)).body.id;
  const role = { role: "Member" };
  await site.ask("PUT", `/v1/workspaces/${workspace}/members/${account}`, role, token);
  const tokens = `/v1/service-accounts/${account}/tokens`;
  const issued = (await site.ask("POST", tokens, { name: "t" }, token)).body.token;
  const { body } = await container({ organizationId, token: issued, workspace });
  expect(body).toMatchObject({ code: "quota_exceeded", resetsAt: expect.any(String) });
  expect(body).not.toHaveProperty("limit");
  expect(body).not.toHaveProperty("spent");
});

test("AUD-1 a refused admission is an audit event of its own, and leaves nothing behind", async () => {
  const here = await tenant(null);
  await container(here);
  const path = `/v1/organizations/${here.organizationId}/audit-events?limit=200`;
  const { items } = (await site.ask("GET", path, undefined, here.token)).body;
  const refusal = items.find((it: { action: string }) => it.action === "createContainer");
  expect(refusal).toMatchObject({
    outcome: "FAILED",
    reason: "insufficient_balance",
    scope: "Service",
  });
  const list = `/v1/workspaces/${here.workspace}/containers`;
  expect((await site.ask("GET", list, undefined, here.token)).body.items).toEqual([]);
});
