import { randomUUID } from "node:crypto";
import { readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { createClient, waitForContainer, type Client } from "@aifactory/sdk";
import { keyOf } from "../../../api/domain/ids.ts";
import { newDataDir, readLocal, startServer, type ReadyServer } from "../../support/server.ts";
import {
  expectBalanced,
  expectChargesAsRuns,
  expectCountersAsRuns,
  expectMinutesChargedOnce,
  expectRunsAsTruth,
  readBooks,
} from "./books.ts";
import { expectedRuns } from "./expected-runs.ts";
import { fund } from "./fund.ts";
import { installWitness, queryAsOwner } from "./witness.ts";
import { workWaits } from "./work-waits.ts";

const MIGRATIONS = new URL("../../../api/db/migrations", import.meta.url);
const TAKEN_OVER_WITHIN_MS = 15_000;

/** One of two servers on the same database. */
interface Replica {
  server: ReadyServer;
  owner: Client;
  operator: Client;
}

let adminUrl: string;
let folders: ReturnType<typeof newDataDir>[] = [];
let replicas: Replica[];
let organizationId: string;
let workspaceId: string;
beforeAll(async () => {
  const { adminUrl: anyUrl } = inject("postgres");
  const name = `replicas_${randomUUID().replaceAll("-", "")}`;
  await queryAsOwner(anyUrl, `create database ${name}`);
  adminUrl = withDatabase(anyUrl, name);
  folders = [newDataDir(), newDataDir()];
  // At the same instant, on a database that nobody has migrated.
  replicas = await Promise.all([start(0), start(1)]);
  organizationId = readLocal(folders[0]!.path).organizationId;
  await installWitness(adminUrl);
  workspaceId = await fund(replicas[0]!, organizationId, [{ amount: "100.00" }]);
});
afterAll(async () => {
  await Promise.all((replicas ?? []).map(({ server }) => server.end("SIGKILL")));
  for (const folder of folders) await folder.remove();
  const { adminUrl: anyUrl } = inject("postgres");
  await queryAsOwner(anyUrl, `drop database ${new URL(adminUrl).pathname.slice(1)} with (force)`);
});

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = name;
  return changed.href;
}

async function start(index: number): Promise<Replica> {
  const { applicationUrl } = inject("postgres");
  const dataDir = folders[index]!.path;
  const server = await startServer({
    AIFACTORY_DATA_DIR: dataDir,
    DATABASE_URL: withDatabase(applicationUrl, new URL(adminUrl).pathname),
    DATABASE_ADMIN_URL: adminUrl,
  });
  const { url, ownerToken, operatorToken } = readLocal(dataDir);
  return {
    server,
    owner: createClient({ url, token: ownerToken }),
    operator: createClient({ url, token: operatorToken }),
  };
}

const create = (client: Client, region: string, flavor: string) =>
  client.createContainer({
    path: { workspaceId },
    body: { name: `c-${randomUUID()}`, region, flavor, image: "ubuntu:24.04" },
  });
const owners = () =>
  queryAsOwner<{ id: string; owner: string | null; fence: string }>(
    adminUrl,
    "select id, case when leased_until > clock_timestamp() then owner end as owner, fence from clusters order by id",
  );

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(50);
}

test("two replicas that start at once migrate once, and both serve the same Organization", async () => {
  const files = readdirSync(MIGRATIONS).filter((file) => file.endsWith(".sql"));
  const applied = await queryAsOwner(adminUrl, "select hash from drizzle.__drizzle_migrations");
  expect(applied).toHaveLength(files.length);
  expect(new Set(applied.map(({ hash }) => hash)).size).toBe(files.length);
  expect(readLocal(folders[1]!.path).organizationId).toBe(organizationId);
  for (const { server, owner } of replicas) {
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    const { items } = await owner.listOrganizations();
    expect(items.map(({ id }) => id)).toEqual([organizationId]);
  }
});

test("each cluster has one owner, which keeps it", async () => {
  const first = await owners();
  expect(first.map(({ owner }) => owner)).not.toContain(null);
  for (let look = 0; look < 10; look++) {
    await sleep(300);
    expect(await owners()).toEqual(first);
  }
});

test("RBAC-7 a token minted by one replica is accepted by the other, and a Policy detached there is off at the next request", async () => {
  const [here, there] = replicas as [Replica, Replica];
  const { token } = await here.operator.mintToken({
    body: { organizationId, email: "m@example.com", workspaces: [{ workspaceId, role: "Member" }] },
  });
  const member = createClient({ url: there.server.url, token: token!, retries: 0 });
  const statements = [
    {
      effect: "Allow" as const,
      service: "container" as const,
      regions: ["tokyo"],
      actions: "*" as const,
    },
  ];
  const { id: policyId } = await here.owner.createPolicy({
    path: { organizationId },
    body: { name: "tokyo-only", statements },
  });
  const attempt = () =>
    member
      .createContainer({
        path: { workspaceId },
        body: { name: "x", region: "hanoi", flavor: "no-such-flavor", image: "ubuntu:24.04" },
      })
      .catch((error: { code: string }) => error.code);
  for (let round = 0; round < 10; round++) {
    await here.owner.attachWorkspacePolicy({ path: { workspaceId, policyId } });
    expect(await attempt()).toBe("policy_denied");
    await here.owner.detachWorkspacePolicy({ path: { workspaceId, policyId } });
    // Allowed, it gets as far as the flavor.
    expect(await attempt()).toBe("invalid_input");
  }
});

test("BIL-3 two replicas that tick, and move the clock, at the same time charge every minute once", async () => {
  const made = await Promise.all(
    replicas.flatMap(({ owner }) => [
      create(owner, "hanoi", "h100-sxm5-1"),
      create(owner, "tokyo", "h200-sxm5-1"),
    ]),
  );
  for (const { id } of made)
    await waitForContainer(replicas[0]!.owner, id, { intervalSeconds: 0.2 });
  const before = await replicas[0]!.operator.getClock();
  await Promise.all(
    replicas.map(({ operator }) => operator.advanceClock({ body: { seconds: 900 } })),
  );
  const after = await replicas[1]!.operator.getClock();
  expect(Date.parse(after.now) - Date.parse(before.now)).toBeGreaterThanOrEqual(1_800_000);
  for (const { id: containerId } of made)
    await replicas[1]!.owner.deleteContainer({ path: { containerId } });
  await Promise.all(
    replicas.map(({ operator }) => operator.advanceClock({ body: { seconds: 120 } })),
  );
  const books = await readBooks(adminUrl, keyOf(organizationId));
  expectRunsAsTruth(books, await expectedRuns(adminUrl));
  expect(books.runs).toHaveLength(4);
  expectMinutesChargedOnce(books);
  expectChargesAsRuns(books);
  expectCountersAsRuns(books);
  expectBalanced(books);
});

test("RES-5 when a replica is killed the other takes over its clusters and its work within 15 s", async () => {
  // Whoever is there while the other is away has the clusters.
  await replicas[0]!.server.end("SIGTERM");
  await until(async () => (await owners()).every(({ owner }) => owner !== null));
  replicas[0] = await start(0);
  const [survivor, killed] = replicas as [Replica, Replica];
  const before = await owners();
  const first = await create(survivor.owner, "hanoi", "h100-sxm5-1");
  await sleep(300);
  await killed.server.end("SIGKILL");
  const killedAt = Date.now();
  const second = await create(survivor.owner, "tokyo", "h200-sxm5-1");
  for (const { id } of [first, second])
    await waitForContainer(survivor.owner, id, { intervalSeconds: 0.2, timeoutSeconds: 40 });
  const waits = await workWaits(adminUrl, [{ from: killedAt, until: Date.now() }]);
  expect(waits.length).toBeGreaterThan(0);
  const longest = Math.round(Math.max(...waits.map(({ ms }) => ms)));
  console.log(`taken over ${longest} ms after the kill`);
  expect(longest).toBeLessThan(TAKEN_OVER_WITHIN_MS);
  const after = await owners();
  expect(after.map(({ owner }) => owner)).not.toEqual(before.map(({ owner }) => owner));
  expect(after.map(({ fence }) => Number(fence))).toEqual(
    before.map(({ fence }) => Number(fence) + 1),
  );
});

test("RES-5 a replica that is stopped hands its clusters over at once", async () => {
  replicas[1] = await start(1);
  const before = await owners();
  expect(await replicas[0]!.server.end("SIGTERM")).toEqual({ code: 0, signal: null });
  const stoppedAt = performance.now();
  await until(async () =>
    (await owners()).every(({ owner }, index) => owner !== null && owner !== before[index]!.owner),
  );
  // Far less than a lease: it is asked for every two seconds.
  expect(performance.now() - stoppedAt).toBeLessThan(5000);
  const { owner } = replicas[1];
  const { id } = await create(owner, "hanoi", "h100-sxm5-1");
  await waitForContainer(owner, id, { intervalSeconds: 0.2, timeoutSeconds: 15 });
});
