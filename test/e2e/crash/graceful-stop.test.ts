import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  ConnectionError,
  createClient,
  followLogs,
  openTerminal,
  waitForContainer,
  type Client,
} from "@aifactory/sdk";
import { startEmbeddedPostgres } from "../../../api/db/embedded/start.ts";
import {
  embeddedPostgres,
  freePort,
  newDataDir,
  readLocal,
  startServer,
  type LocalFile,
  type ReadyServer,
} from "../../support/server.ts";
import { queryAsOwner } from "./witness.ts";

let folder: ReturnType<typeof newDataDir>;
let server: ReadyServer;
let local: LocalFile;
let client: Client;
beforeEach(async () => {
  folder = newDataDir();
  await start();
});
afterEach(async () => {
  await server.end("SIGKILL");
  await folder.remove();
});

let accessCheckPort: number;
async function start(): Promise<void> {
  accessCheckPort = await freePort();
  server = await startServer({
    AIFACTORY_DATA_DIR: folder.path,
    ACCESS_CHECK_PORT: String(accessCheckPort),
  });
  local = readLocal(folder.path);
  client = createClient({ url: server.url, token: local.ownerToken, retries: 0 });
}

/** Holds locks as the owner, so that whoever needs them is surely at work until they are let go. */
async function hold(sql: string): Promise<() => Promise<void>> {
  const owner = new pg.Client({ connectionString: embeddedPostgres(folder.path)!.adminUrl });
  owner.on("error", () => {});
  await owner.connect();
  await owner.query(`begin; ${sql}`);
  return async () => {
    await owner.query("commit");
    await owner.end();
  };
}

async function waitUntilHeld(count: number): Promise<void> {
  const { adminUrl } = embeddedPostgres(folder.path)!;
  const waiting = "select distinct pid from pg_locks where not granted";
  while ((await queryAsOwner(adminUrl, waiting)).length < count) await sleep(20);
}

async function createContainer(): Promise<string> {
  const path = { organizationId: local.organizationId };
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
  const operator = createClient({ url: server.url, token: local.operatorToken });
  const voucher = { amount: { amount: "100.00", currency: "USD" as const }, expiresAt };
  const { code } = await operator.issueVoucher({ body: voucher });
  await client.redeemVoucher({ path, body: { code: code! } });
  const { id: workspaceId } = await client.createWorkspace({ path, body: { name: "first" } });
  const service = { path: { workspaceId, service: "container" as const } };
  await client.enableService({ ...service, body: { regions: ["hanoi"] } });
  const container = { name: "c", region: "hanoi", flavor: "h100-sxm5-1", image: "ubuntu:24.04" };
  return (await client.createContainer({ path: { workspaceId }, body: container })).id;
}

test("RES-5 SIGTERM: requests in flight are answered, work at hand is finished, a second signal cuts nothing short", async () => {
  const containerId = await createContainer();
  await waitForContainer(client, containerId, { intervalSeconds: 0.1 });
  const path = { organizationId: local.organizationId };
  const letWorkGo = await hold("select from simulator.clusters for update");
  await client.stopContainer({ path: { containerId } });
  await waitUntilHeld(1);
  const letRequestsGo = await hold("lock table audit_events in share mode");
  const names = ["a", "b", "c", "d", "e"];
  const inFlight = names.map((name) => client.createWorkspace({ path, body: { name } }));
  await waitUntilHeld(1 + names.length);

  server.signal("SIGTERM");
  await sleep(100);
  for (const again of ["SIGTERM", "SIGINT", "SIGINT"] as const) server.signal(again);
  await sleep(200);
  await expect(client.getMe()).rejects.toBeInstanceOf(ConnectionError);
  await letRequestsGo();
  const made = await Promise.all(inFlight);
  expect(made.map(({ name }) => name)).toEqual(names);
  await letWorkGo();
  expect(await server.exited).toEqual({ code: 0, signal: null });
  expect(embeddedPostgres(folder.path)).toBeNull();
  const log = readFileSync(join(folder.path, "postgres", "server.log"), "utf8");
  expect(log.trimEnd().split("\n").at(-1)).toContain("database system is shut down");

  await expectNothingHeld();
  await start();
  const { items } = await client.listWorkspaces({ path });
  expect(items.map(({ name }) => name).toSorted()).toEqual([...names, "first"]);
  await waitForContainer(client, containerId, { status: "STOPPED", intervalSeconds: 0.1 });
});

/** Looks into the folder between two lives of the server. */
async function expectNothingHeld(): Promise<void> {
  const postgres = await startEmbeddedPostgres({ dataDir: folder.path, log: () => {} });
  expect(postgres.adopted).toBe(false);
  const owned = await queryAsOwner(
    postgres.adminUrl,
    "select id from clusters where owner is not null union all select key from work_items where lease_owner is not null",
  );
  await postgres.stop();
  expect(owned).toEqual([]);
}

test("RES-6 SIGTERM ends logs that are followed and terminals with the reason; gateways are answered until then", async () => {
  const containerId = await createContainer();
  await waitForContainer(client, containerId, { intervalSeconds: 0.1 });
  const log = Array.fromAsync(followLogs(client, { containerId })).catch((error) => error);
  const terminal = await openTerminal(client, { containerId });
  const output = Array.fromAsync(terminal.output).catch((error) => error);
  const gate = await fetch(`http://127.0.0.1:${accessCheckPort}/`);
  expect(gate.status).toBe(404);
  const asked = performance.now();
  server.signal("SIGTERM");
  expect(await log).toMatchObject({ code: "unavailable", status: 503 });
  expect(await output).toMatchObject({ code: "unavailable", status: 503 });
  expect(await server.exited).toEqual({ code: 0, signal: null });
  expect(performance.now() - asked).toBeLessThan(15_000);
});

test("SIGINT ends a server whose clients keep connections open without asking anything", async () => {
  const { port } = new URL(server.url);
  const [silent, slow] = [connect(Number(port), "127.0.0.1"), connect(Number(port), "127.0.0.1")];
  for (const socket of [silent, slow]) socket.on("error", () => {});
  slow.write("GET /v1/me HTTP/1.1\r\nHost: here\r\n");
  await client.getMe();
  const asked = performance.now();
  expect(await server.end("SIGINT")).toEqual({ code: 0, signal: null });
  expect(performance.now() - asked).toBeLessThan(15_000);
  for (const socket of [silent, slow]) socket.destroy();
});
