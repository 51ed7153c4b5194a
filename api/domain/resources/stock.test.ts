import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { startRunningSite, type RunningSite } from "../../../test/support/running-site.ts";

let site: RunningSite;
let workspace: string;
beforeAll(async () => {
  site = await startRunningSite();
});
afterAll(() => site?.stop());
beforeEach(async () => {
  workspace = await site.createWorkspace();
});
afterEach(async () => {
  const failures = (await site.ask("GET", SIMULATOR, undefined, site.operatorToken)).body.items;
  for (const { id } of failures)
    await site.ask("DELETE", `${SIMULATOR}/${id}`, undefined, site.operatorToken);
  await site.ask("DELETE", `/v1/workspaces/${workspace}?force=true`);
  await site.pass(60);
});

const SIMULATOR = "/v1/operator/simulator/failures";
const IMAGE = "docker.io/library/ubuntu:24.04";
const WHOLE_NODE = "h100-sxm5-8";

const container = (flavor: string, token?: string) =>
  site.ask(
    "POST",
    `/v1/workspaces/${workspace}/containers`,
    { name: "c", region: "hanoi", flavor, image: IMAGE },
    token,
  );
const notebook = (flavor: string, more: object = {}) =>
  site.ask("POST", `/v1/workspaces/${workspace}/notebooks`, {
    name: "n",
    region: "hanoi",
    flavor,
    image: "jupyter-base",
    homeVolume: { sizeGib: 1 },
    ...more,
  });

// An answer of a cluster serves for a second, by the machine's clock, which `pass` does not move.
const capacityIsAskedAnew = () => sleep(1100);

test("CAT-3 out of stock is refused at the request, with what could be had instead, and makes nothing", async () => {
  for (const _ of [1, 2]) expect((await container(WHOLE_NODE)).status).toBe(201);
  const { status, body } = await container("h100-sxm5-2");
  expect(status).toBe(409);
  expect(body).toMatchObject({ code: "out_of_stock", flavor: "h100-sxm5-2", region: "hanoi" });
  expect(body.alternatives.slice(0, 3)).toEqual([
    { flavor: "h200-sxm5-2", region: "tokyo", available: 8 },
    { flavor: "h200-sxm5-1", region: "tokyo", available: 16 },
    { flavor: "h200-sxm5-4", region: "tokyo", available: 4 },
  ]);
  const listed = await site.ask("GET", `/v1/workspaces/${workspace}/containers`);
  expect(listed.body.items).toHaveLength(2);
  const flavors = (await site.ask("GET", "/v1/flavors?region=hanoi")).body.items;
  expect(flavors.find((it: { id: string }) => it.id === "h100-sxm5-1")).toMatchObject({
    available: 0,
    status: "Out of stock",
  });
});

test("CAT-3 alternatives are only what the caller could create", async () => {
  await site.ask("PUT", `/v1/workspaces/${workspace}/services/container`, { regions: ["hanoi"] });
  await container(WHOLE_NODE);
  await container("h100-sxm5-4");
  const { body } = await container(WHOLE_NODE);
  expect(body.alternatives).toEqual([
    { flavor: "h100-sxm5-4", region: "hanoi", available: 1 },
    { flavor: "h100-sxm5-2", region: "hanoi", available: 2 },
    { flavor: "h100-sxm5-1", region: "hanoi", available: 4 },
  ]);
});

test("CAT-3 of requests for the last GPU at the same moment exactly one is accepted, across Organizations", async () => {
  await container(WHOLE_NODE);
  await container("h100-sxm5-4");
  await container("h100-sxm5-2");
  await container("h100-sxm5-1");
  const other = await site.createOrganization("rival");
  const theirs = await site.createWorkspace({
    organizationId: other.organizationId,
    ownerToken: other.token,
  });
  const issued = await site.ask(
    "POST",
    "/v1/operator/vouchers",
    {
      amount: { amount: "100", currency: "USD" },
      expiresAt: new Date(Date.now() + 86_400_000 * 30).toISOString(),
    },
    site.operatorToken,
  );
  await site.ask(
    "POST",
    `/v1/organizations/${other.organizationId}/vouchers/redeem`,
    { code: issued.body.code },
    other.token,
  );
  const body = { name: "c", region: "hanoi", flavor: "h100-sxm5-1", image: IMAGE };
  const places = [
    [workspace, site.ownerToken],
    [theirs, other.token],
  ] as const;
  const answers = await Promise.all(
    [...places, ...places].map(([place, token]) =>
      site.ask("POST", `/v1/workspaces/${place}/containers`, body, token),
    ),
  );
  expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409]);
  await site.ask("DELETE", `/v1/workspaces/${theirs}?force=true`, undefined, other.token);
});

test("CAT-3 stopped resources reserve nothing; what they gave back is there at once", async () => {
  const first = await container(WHOLE_NODE);
  await container(WHOLE_NODE);
  await site.pass(30);
  await site.ask("POST", `/v1/containers/${first.body.id}/stop`);
  expect((await container(WHOLE_NODE)).body.code).toBe("out_of_stock");
  await site.pass(5);
  expect((await container(WHOLE_NODE)).status).toBe(201);
  const start = await site.ask("POST", `/v1/containers/${first.body.id}/start`);
  expect(start.status).toBe(409);
  expect(start.body.code).toBe("out_of_stock");
  const after = await site.ask("GET", `/v1/containers/${first.body.id}`);
  expect(after.body).toMatchObject({ status: "STOPPED", running: false });
});

test("RES-1 re-creating, restarting and editing count what they free as stock", async () => {
  const { body: taken } = await notebook(WHOLE_NODE);
  const { body: server } = await container(WHOLE_NODE);
  await site.pass(30);
  const restarted = await site.ask("POST", `/v1/containers/${server.id}/restart`);
  expect(restarted.status).toBe(202);
  const smaller = await site.ask("PATCH", `/v1/containers/${server.id}`, { flavor: "h100-sxm5-4" });
  expect(smaller.status).toBe(200);
  const { status, body } = await site.ask("POST", `/v1/notebooks/${taken.id}/recreate`, {});
  expect(status).toBe(201);
  await site.pass(60);
  expect((await site.ask("GET", `/v1/notebooks/${body.id}`)).body.status).toBe("RUNNING");
});

test("RES-1 a re-creation that is refused deletes nothing", async () => {
  const { body: waiting } = await notebook(WHOLE_NODE);
  await site.pass(30);
  await site.ask("POST", `/v1/notebooks/${waiting.id}/stop`);
  await site.pass(10);
  await container(WHOLE_NODE);
  await container(WHOLE_NODE);
  const { status, body } = await site.ask("POST", `/v1/notebooks/${waiting.id}/recreate`, {});
  expect(status).toBe(409);
  expect(body.code).toBe("out_of_stock");
  const after = await site.ask("GET", `/v1/notebooks/${waiting.id}`);
  expect(after.body).toMatchObject({ status: "STOPPED", replacedBy: null });
});

test("CAT-3 an edit to a flavor without room is refused, and the old one runs on", async () => {
  await container(WHOLE_NODE);
  const { body } = await container("h100-sxm5-4");
  await container("h100-sxm5-4");
  await site.pass(30);
  const edited = await site.ask("PATCH", `/v1/containers/${body.id}`, { flavor: WHOLE_NODE });
  expect(edited.status).toBe(409);
  expect(edited.body.code).toBe("out_of_stock");
  const after = await site.ask("GET", `/v1/containers/${body.id}`);
  expect(after.body).toMatchObject({ status: "RUNNING", flavor: "h100-sxm5-4", revision: 1 });
});

test("CAT-3 what was accepted waits: it can be edited and restarted meanwhile, not made larger", async () => {
  const { body } = await container("h100-sxm5-4");
  expect((await container(WHOLE_NODE)).status).toBe(201);
  await site.pass(30);
  // The only other node is full by now, so it has nowhere to go.
  const failure = { region: "hanoi", failure: "nodeLost", resourceId: body.id };
  await site.ask("POST", SIMULATOR, failure, site.operatorToken);
  await site.pass(10);
  const path = `/v1/containers/${body.id}`;
  expect((await site.ask("GET", path)).body.statusReason.code).toBe("waitingForCapacity");
  await capacityIsAskedAnew();
  expect((await site.ask("PATCH", path, { flavor: WHOLE_NODE })).body.code).toBe("out_of_stock");
  expect((await site.ask("PATCH", path, { image: "docker.io/library/debian:13" })).status).toBe(
    200,
  );
  expect((await site.ask("POST", `${path}/restart`)).status).toBe(202);
  await site.pass(120);
  expect((await site.ask("GET", path)).body.status).toBe("RUNNING");
});

test("CAT-3 a stop does not lend the room of the old flavor to the start of a larger one", async () => {
  const { body } = await container("h100-sxm5-1");
  await container(WHOLE_NODE);
  await site.pass(30);
  await container("h100-sxm5-4");
  const path = `/v1/containers/${body.id}`;
  expect((await site.ask("POST", `${path}/stop`)).status).toBe(202);
  expect((await site.ask("PATCH", path, { flavor: WHOLE_NODE })).status).toBe(200);
  const larger = await site.ask("POST", `${path}/start`);
  expect([larger.status, larger.body.code]).toEqual([409, "out_of_stock"]);
  expect((await site.ask("PATCH", path, { flavor: "h100-sxm5-1" })).status).toBe(200);
  expect((await site.ask("POST", `${path}/start`)).status).toBe(202);
});

test("CAT-3 a cluster that does not answer refuses nobody: what was known of it stands", async () => {
  expect((await notebook("cpu-small")).status).toBe(201);
  const failure = { region: "hanoi", failure: "apiErrors" };
  const injected = await site.ask("POST", SIMULATOR, failure, site.operatorToken);
  expect(injected.status).toBe(201);
  await capacityIsAskedAnew();
  expect((await notebook("cpu-small")).status).toBe(201);
});
