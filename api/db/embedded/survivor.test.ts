import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { processIdentity } from "./process-identity.ts";
import type { EmbeddedPostgres } from "./start.ts";
import { startEmbeddedPostgres } from "./start.ts";
import { startInChild } from "./test-child.ts";

const NOBODY = { uid: 65534, gid: 65534 };
const asRoot = test.skipIf(process.getuid?.() !== 0);
const nodeForAll =
  process.getuid?.() === 0 &&
  spawnSync(process.execPath, [join(import.meta.dirname, "urls.ts")], { ...NOBODY, cwd: "/" })
    .status === 0;

let folder: string;
let dataDir: string;
const running: EmbeddedPostgres[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "aifactory-survivor-"));
  dataDir = join(folder, "data");
});
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(
  path = dataDir,
  durability: "full" | "test" = "test",
): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir: path, durability, log: () => {} });
  running.push(server);
  return server;
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

const postmasterFile = (path = dataDir): string => join(path, "postgres", "data", "postmaster.pid");
const postmaster = (path = dataDir): number =>
  Number(readFileSync(postmasterFile(path), "utf8").split("\n")[0]);

test("a server outlives a kill -9 of its process and is taken over with its data", async () => {
  const child = await startInChild({ dataDir, durability: "test" });
  await query(child.adminUrl, "CREATE TABLE kept AS SELECT 1 AS value");
  const pid = postmaster();
  await child.kill("SIGKILL");
  const server = await start();
  expect(server.adopted).toBe(true);
  expect(server.adminUrl).toBe(child.adminUrl);
  expect(await query(server.adminUrl, "SELECT value FROM kept")).toEqual([{ value: 1 }]);
  await server.stop();
  expect(processIdentity(pid), "stop ends an adopted server too").toBeUndefined();
});

test("Ctrl-C in the terminal of our process does not reach the server", async () => {
  const child = await startInChild({ dataDir, durability: "test" });
  await child.kill("SIGINT");
  expect((await start()).adopted).toBe(true);
});

test("another process is refused with the id of the one in possession, which keeps its server", async () => {
  const child = await startInChild({ dataDir, durability: "test" });
  await expect(start()).rejects.toThrow(
    `The data folder ${dataDir} is in use by process ${child.pid}.`,
  );
  expect(await query(child.applicationUrl, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  await child.kill("SIGKILL");
  await start();
});

test("of two processes that start at once on an empty folder, one gets it", async () => {
  const outcomes = await Promise.allSettled(
    [1, 2].map(() => startInChild({ dataDir, durability: "test" })),
  );
  const winner = outcomes.find((outcome) => outcome.status === "fulfilled");
  const loser = outcomes.find((outcome) => outcome.status === "rejected");
  expect(String(loser?.reason)).toContain("is in use by process");
  await winner?.value.kill("SIGKILL");
  expect((await start()).adopted).toBe(true);
});

test("a survivor with other settings is restarted with ours", async () => {
  const child = await startInChild({ dataDir, durability: "test" });
  await query(child.adminUrl, "CREATE TABLE kept AS SELECT 1 AS value");
  await child.kill("SIGKILL");
  const server = await start(dataDir, "full");
  expect(server.adopted).toBe(false);
  expect(await query(server.adminUrl, "SHOW fsync")).toEqual([{ fsync: "on" }]);
  expect(await query(server.adminUrl, "SELECT value FROM kept")).toEqual([{ value: 1 }]);
});

test("a server killed together with its process recovers at the next start", async () => {
  const child = await startInChild({ dataDir, durability: "full" });
  await query(child.adminUrl, "CREATE TABLE kept AS SELECT 1 AS value");
  const pid = postmaster();
  await child.kill("SIGKILL");
  process.kill(pid, "SIGKILL");
  const server = await start(dataDir, "full");
  expect(server.adopted).toBe(false);
  expect(await query(server.adminUrl, "SELECT value FROM kept")).toEqual([{ value: 1 }]);
});

test("a postmaster.pid whose process id now belongs to another process is stale", async () => {
  await (await start()).stop();
  const record = join(dataDir, "postgres", "server.json");
  writeFileSync(
    record,
    JSON.stringify({ pid: process.pid, identity: "an earlier boot:1", fingerprint: "" }),
  );
  writeFileSync(postmasterFile(), `${process.pid}\n/elsewhere\n1\n5432\n\n127.0.0.1\n\nready   \n`);
  const server = await start();
  expect(server.adopted).toBe(false);
  expect(postmaster()).not.toBe(process.pid);
});

test("a copy of a folder whose server runs is refused; a copy of a stopped one is a database of its own", async () => {
  const original = await start();
  const copy = join(folder, "copy");
  cpSync(dataDir, copy, { recursive: true });
  await expect(start(copy)).rejects.toThrow(
    /looks like a copy of a database whose server .* is still running/,
  );
  expect(await query(original.adminUrl, "SELECT 1 AS one")).toEqual([{ one: 1 }]);

  rmSync(postmasterFile(copy));
  const second = await start(copy);
  await query(second.adminUrl, "CREATE TABLE only_here ()");
  const seen = "SELECT count(*)::int AS n FROM pg_class WHERE relname = 'only_here'";
  expect(await query(original.adminUrl, seen)).toEqual([{ n: 0 }]);
});

test("a wiped folder means an empty database, whatever ran there before", async () => {
  const child = await startInChild({ dataDir, durability: "test" });
  await query(child.adminUrl, "CREATE TABLE gone ()");
  const pid = postmaster();
  await child.kill("SIGKILL");
  rmSync(dataDir, { recursive: true, force: true });
  const server = await start();
  expect(server.adopted).toBe(false);
  expect(await query(server.adminUrl, "SELECT FROM pg_class WHERE relname = 'gone'")).toEqual([]);
  if (processIdentity(pid)) process.kill(pid, "SIGQUIT");
});

test("what a crash left of an unfinished cluster is cleared away", async () => {
  const unfinished = join(dataDir, "postgres", "unfinished-before");
  mkdirSync(unfinished, { recursive: true });
  writeFileSync(join(unfinished, "PG_VERSION"), "18\n");
  await start();
  expect(existsSync(unfinished)).toBe(false);
});

test("a cluster of another PostgreSQL, and one without its passwords, are refused and left alone", async () => {
  await (await start()).stop();
  const version = join(dataDir, "postgres", "data", "PG_VERSION");
  writeFileSync(version, "17\n");
  await expect(start()).rejects.toThrow(
    /was made by PostgreSQL 17, and this release brings PostgreSQL 18/,
  );
  writeFileSync(version, "18\n");
  rmSync(join(dataDir, "postgres", "credentials.json"));
  await expect(start()).rejects.toThrow(/credentials\.json is missing or damaged/);
  expect(existsSync(version)).toBe(true);
});

test("a server that cannot start tells the end of its log", async () => {
  await (await start()).stop();
  appendFileSync(
    join(dataDir, "postgres", "data", "postgresql.conf"),
    "\nshared_preload_libraries = 'no_such'\n",
  );
  await expect(start()).rejects.toThrow(
    /PostgreSQL did not start on [^]*could not access file "no_such"/,
  );
});

asRoot("as root, below a folder only root can enter, another user serves the data", async () => {
  chmodSync(folder, 0o700);
  const server = await start();
  expect(await query(server.applicationUrl, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  const data = statSync(join(dataDir, "postgres", "data"));
  expect(data.uid).not.toBe(0);
  const status = readFileSync(`/proc/${postmaster()}/status`, "utf8");
  expect(status).toMatch(new RegExp(`^Uid:\\s+${data.uid}\\s+${data.uid}\\s+${data.uid}`, "m"));
  expect(status).toMatch(/^CapEff:\s+0+$/m);
  expect(status).toMatch(/^Groups:\s*$/m);
});

test.skipIf(!nodeForAll)(
  "an ordinary user starts it directly, and root is refused on that folder (needs a checkout that others can read)",
  async () => {
    chmodSync(folder, 0o755);
    mkdirSync(dataDir, { mode: 0o700 });
    chownSync(dataDir, NOBODY.uid, NOBODY.gid);
    const child = await startInChild({ dataDir, durability: "test" }, NOBODY);
    expect(await query(child.applicationUrl, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    expect(statSync(join(dataDir, "postgres")).uid).toBe(NOBODY.uid);
    const pid = postmaster();
    await child.kill("SIGKILL");
    await expect(start()).rejects.toThrow(`belongs to the user with id ${NOBODY.uid}`);
    const next = await startInChild({ dataDir, durability: "test" }, NOBODY);
    expect(next.adopted).toBe(true);
    await next.kill("SIGKILL");
    process.kill(pid, "SIGINT");
    await expect.poll(() => processIdentity(pid), { timeout: 10_000 }).toBeUndefined();
  },
);
