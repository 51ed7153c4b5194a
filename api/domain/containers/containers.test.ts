import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { keyOf } from "#domain/ids.ts";
import { startRunningSite, type RunningSite } from "../../../test/support/running-site.ts";

const REQUEST = {
  name: "server",
  region: "hanoi",
  flavor: "h100-sxm5-1",
  image: "docker.io/library/ubuntu:24.04",
};
const CREDENTIALS = { server: "registry.example.com", username: "robot", password: "pa55word" };
const SECRET = "s3cret-value-nobody-sees";

let site: RunningSite;
let workspace: string;
beforeAll(async () => {
  site = await startRunningSite();
});
afterAll(() => site?.stop());
beforeEach(async () => {
  workspace = await site.createWorkspace();
});
// GPUs are scarce: each test gives back what it took.
afterEach(async () => {
  await site.ask("DELETE", `/v1/workspaces/${workspace}?force=true`);
  await site.pass(60);
});

const collection = () => `/v1/workspaces/${workspace}/containers`;
const create = async (more: object = {}) => {
  const { status, body } = await site.ask("POST", collection(), { ...REQUEST, ...more });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
};
const get = async (id: string) => (await site.ask("GET", `/v1/containers/${id}`)).body;
const edit = (id: string, body: unknown, token?: string) =>
  site.ask("PATCH", `/v1/containers/${id}`, body, token);
const act = (id: string, verb: string) => site.ask("POST", `/v1/containers/${id}/${verb}`);

test("RES-2 a container shows what it was asked for, is PROCESSING, then RUNNING", async () => {
  const asked = {
    ports: [
      { port: 8080, protocol: "HTTP" },
      { port: 2222, protocol: "TCP" },
    ],
    env: [
      { name: "MODE", value: "fast", secret: false },
      { name: "KEY", value: SECRET, secret: true },
    ],
    command: ["sleep", "infinity"],
    disk: { sizeGib: 20, mountPath: "/data" },
    registryCredentials: CREDENTIALS,
    maxRunningSeconds: 3600,
  };
  const created = await create(asked);
  const { password: _, ...shownCredentials } = CREDENTIALS;
  const shown = {
    ...REQUEST,
    ...asked,
    env: [
      { name: "MODE", value: "fast", secret: false },
      { name: "KEY", value: null, secret: true },
    ],
    registryCredentials: shownCredentials,
    template: null,
    volumes: [],
  };
  expect(created).toMatchObject({ ...shown, status: "PROCESSING" });
  await site.pass(30);
  expect(await get(created.id)).toMatchObject({ ...shown, status: "RUNNING" });
  const access = (await site.ask("GET", `/v1/containers/${created.id}/access`)).body;
  expect(access.endpoints.map(({ port }: { port: number }) => port)).toEqual([8080, 2222]);
});

test("RBAC-3 secret values and credentials are write-only for everyone, in the log of acts too", async () => {
  const { id } = await create({
    env: [{ name: "KEY", value: SECRET, secret: true }],
    registryCredentials: CREDENTIALS,
  });
  await edit(id, { env: [{ name: "KEY", value: `${SECRET}2`, secret: true }] });
  const audit = `/v1/organizations/${site.organizationId}/audit-events?limit=200`;
  for (const path of [`/v1/containers/${id}`, `/v1/containers/${id}/events`, collection(), audit]) {
    const text = JSON.stringify((await site.ask("GET", path)).body);
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain(CREDENTIALS.password);
  }
  const { rows } = await site.testDatabase.database.pool.query(
    "select env, registry_credentials from resource_secrets where resource_id = $1",
    [keyOf(id)],
  );
  expect(rows).toEqual([{ env: { KEY: `${SECRET}2` }, registry_credentials: CREDENTIALS }]);
});

test("CAT-4 a template gives defaults that the request's fields override", async () => {
  const { image: _, ...withoutImage } = REQUEST;
  const fromTemplate = async (more: object) => {
    const { status, body } = await site.ask("POST", collection(), { ...withoutImage, ...more });
    expect(status, JSON.stringify(body)).toBe(201);
    return body;
  };
  const vllm = await fromTemplate({ template: "vllm" });
  expect(vllm).toMatchObject({
    template: "vllm",
    image: "docker.io/vllm/vllm-openai:v0.11.0",
    ports: [{ port: 8000, protocol: "HTTP" }],
    env: [{ name: "MODEL", value: "Qwen/Qwen3-0.6B", secret: false }],
  });
  const env = [{ name: "MODEL", value: "other", secret: false }];
  expect(await fromTemplate({ template: "vllm", env, ports: [] })).toMatchObject({
    env,
    ports: [],
  });

  const own = await site.ask("POST", `/v1/workspaces/${workspace}/templates`, {
    name: "vllm",
    image: "registry.example.com/ours:1",
    env: [{ name: "KEY", value: SECRET, secret: true }],
    disk: { sizeGib: 5, mountPath: "/models" },
  });
  for (const template of ["vllm", own.body.id]) {
    expect(await fromTemplate({ template })).toMatchObject({
      image: "registry.example.com/ours:1",
      env: [{ name: "KEY", value: null, secret: true }],
      disk: { sizeGib: 5, mountPath: "/models" },
    });
  }
  const elsewhere = await site.createWorkspace();
  const body = { ...withoutImage, template: own.body.id };
  const foreign = await site.ask("POST", `/v1/workspaces/${elsewhere}/containers`, body);
  expect(foreign.body.errors).toMatchObject([{ pointer: "/template", code: "unknown_template" }]);
  const misspelt = await site.ask("POST", collection(), { ...withoutImage, template: "olama" });
  expect(misspelt.body.errors).toMatchObject([{ pointer: "/template", suggestion: "ollama" }]);
});

test("RES-2 image or template, not both and not neither; CPU flavors are for notebooks", async () => {
  const both = await site.ask("POST", collection(), { ...REQUEST, template: "vllm" });
  expect(both.status).toBe(400);
  const { image: _, ...neither } = REQUEST;
  expect((await site.ask("POST", collection(), neither)).status).toBe(400);
  const cpu = await site.ask("POST", collection(), { ...REQUEST, flavor: "cpu-small" });
  expect(cpu.body.errors).toMatchObject([{ pointer: "/flavor", code: "flavor_not_for_service" }]);
});

test("RES-2 restart replaces the workload of a running container, and is refused for a stopped one", async () => {
  const { id } = await create();
  await site.pass(30);
  const before = await get(id);
  const restarted = await act(id, "restart");
  expect(restarted.status).toBe(202);
  expect(restarted.body).toMatchObject({ status: "PROCESSING", revision: 1 });
  await site.pass(30);
  const after = await get(id);
  expect(after.status).toBe("RUNNING");
  expect(Date.parse(after.runningSince)).toBeGreaterThan(Date.parse(before.runningSince));
  await act(id, "stop");
  const refused = await act(id, "restart");
  expect(refused.status).toBe(409);
  expect(refused.body).toMatchObject({ code: "invalid_state", currentStatus: "STOPPING" });
});

test("RES-5 edits of what the process sees restart a running one, others do not, and no-ops change nothing", async () => {
  const { id } = await create({ env: [{ name: "KEY", value: SECRET, secret: true }] });
  await site.pass(30);
  const generation = async () => {
    const { rows } = await site.testDatabase.database.pool.query<{ generation: number }>(
      "select generation from resources where id = $1",
      [keyOf(id)],
    );
    return rows[0]!.generation;
  };
  const edits: [body: object, restarts: boolean][] = [
    [{ name: "renamed", tags: { a: "b" } }, false],
    [{ maxRunningSeconds: 7200 }, false],
    [{ registryCredentials: CREDENTIALS }, false],
    [{ image: "docker.io/library/debian:13" }, true],
    [{ ports: [{ port: 80, protocol: "HTTP" }] }, true],
    [{ command: ["sleep", "1"] }, true],
    [{ env: [{ name: "KEY", value: "rotated", secret: true }] }, true],
    [{ flavor: "h100-sxm5-2" }, true],
  ];
  for (const [body, restarts] of edits) {
    const before = await get(id);
    const was = await generation();
    const { status, body: after } = await edit(id, body);
    expect(status, JSON.stringify(body)).toBe(200);
    expect({ body, by: (await generation()) - was }).toEqual({ body, by: restarts ? 1 : 0 });
    expect(after.revision).toBe(before.revision + 1);
    expect((await edit(id, body)).body.revision).toBe(after.revision);
    await site.pass(30);
    expect((await get(id)).status).toBe("RUNNING");
  }
});

test("edits of a stopped container wait for its next start", async () => {
  const { id } = await create();
  await act(id, "stop");
  await site.pass(30);
  const edited = await edit(id, { image: "docker.io/library/debian:13", flavor: "h100-sxm5-2" });
  expect(edited.body).toMatchObject({ status: "STOPPED", running: false, revision: 2 });
  await act(id, "start");
  await site.pass(30);
  expect(await get(id)).toMatchObject({ status: "RUNNING", flavor: "h100-sxm5-2" });
});

test("POL-9 growing a disk needs create-volume too; an edit beside it does not", async () => {
  const { id } = await create({ disk: { sizeGib: 10, mountPath: "/data" } });
  const admin = await site.mint("admin@example.com", { [workspace]: "Admin" });
  const policy = await site.ask("POST", `/v1/organizations/${site.organizationId}/policies`, {
    name: `no-growth-${workspace.slice(-6)}`,
    statements: [
      { effect: "Allow", service: "container", regions: "*", actions: "*" },
      { effect: "Deny", service: "container", regions: "*", actions: ["container:create-volume"] },
    ],
  });
  await site.ask("PUT", `/v1/workspaces/${workspace}/policies/${policy.body.id}`);
  expect((await edit(id, { name: "renamed" }, admin.token)).status).toBe(200);
  const refused = await edit(id, { disk: { sizeGib: 11 } }, admin.token);
  expect(refused.status).toBe(403);
  expect(refused.body).toMatchObject({
    code: "policy_denied",
    action: "container:create-volume",
    layer: "explicitDeny",
  });
  expect((await get(id)).disk.sizeGib).toBe(10);
  expect((await edit(id, { disk: { sizeGib: 11 } })).body.disk.sizeGib).toBe(11);
  expect((await edit(id, { disk: { sizeGib: 10 } })).body.code).toBe("volume_cannot_shrink");
});

test("a disk cannot be given to a container that was created without one", async () => {
  const { id } = await create();
  const { status, body } = await edit(id, { disk: { sizeGib: 10 } });
  expect(status).toBe(400);
  expect(body.errors).toMatchObject([{ pointer: "/disk", code: "no_disk" }]);
});

test("RES-7 a maximum running time set while it runs stops it", async () => {
  const { id } = await create();
  await site.pass(30);
  expect((await edit(id, { maxRunningSeconds: 60 })).status).toBe(200);
  await site.pass(120);
  expect(await get(id)).toMatchObject({
    status: "STOPPED",
    running: false,
    statusReason: { code: "maximumRunningTime" },
  });
});

test("IAC-3 tokens belong to a Workspace and a kind", async () => {
  const clientToken = "shared:between:siblings";
  const first = await create({ clientToken });
  expect((await create({ clientToken })).id).toBe(first.id);
  const home = { ...REQUEST, flavor: "cpu-small", image: "jupyter-base" };
  const notebook = await site.ask("POST", `/v1/workspaces/${workspace}/notebooks`, {
    ...home,
    homeVolume: { sizeGib: 1 },
    clientToken,
  });
  expect(notebook.body.id).toMatch(/^nb_/);
  const elsewhere = await site.createWorkspace();
  const path = `/v1/workspaces/${elsewhere}/containers`;
  const other = await site.ask("POST", path, { ...REQUEST, clientToken });
  expect(other.status).toBe(201);
  expect(other.body.id).not.toBe(first.id);
});
