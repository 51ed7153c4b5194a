import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { EmbeddedPostgres } from "./start.ts";
import { startEmbeddedPostgres } from "./start.ts";

let folder: string;
let dataDir: string;
let server: EmbeddedPostgres;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "aifactory-embedded-"));
  dataDir = join(folder, "new", "data");
  server = await start();
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

function start(): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({ dataDir, log: () => {} });
}

async function query<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

test("a fresh start makes a private folder, with the passwords private in it", () => {
  expect(server.adopted).toBe(false);
  expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  expect(statSync(join(dataDir, "postgres")).mode & 0o777).toBe(0o700);
  expect(statSync(join(dataDir, "postgres", "credentials.json")).mode & 0o777).toBe(0o600);
});

test("the server listens on loopback only, writes durably, and compares text the same everywhere", async () => {
  const sql = `SELECT name, setting FROM pg_settings WHERE name IN
    ('listen_addresses', 'fsync', 'jit', 'TimeZone', 'data_checksums', 'server_encoding')`;
  const rows = await query<{ name: string; setting: string }>(server.adminUrl, sql);
  expect(Object.fromEntries(rows.map((row) => [row.name, row.setting]))).toEqual({
    listen_addresses: "127.0.0.1",
    fsync: "on",
    jit: "off",
    TimeZone: "UTC",
    data_checksums: "on",
    server_encoding: "UTF8",
  });
  const locale =
    "SELECT datlocprovider AS provider, datlocale AS locale FROM pg_database WHERE datname = 'aifactory'";
  expect(await query(server.adminUrl, locale)).toEqual([{ provider: "b", locale: "C.UTF-8" }]);
});

test("the owner owns the database and is no superuser; the application may connect and nothing else", async () => {
  const roles = await query(
    server.adminUrl,
    `SELECT rolname, rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles
      WHERE rolname LIKE 'aifactory%' ORDER BY rolname`,
  );
  const none = { rolsuper: false, rolcreaterole: false, rolbypassrls: false };
  expect(roles).toEqual([
    { rolname: "aifactory_app", rolcreatedb: false, ...none },
    { rolname: "aifactory_owner", rolcreatedb: true, ...none },
  ]);
  const owner =
    "SELECT pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname = current_database()";
  expect(await query(server.adminUrl, owner)).toEqual([{ owner: "aifactory_owner" }]);
  expect(await query(server.applicationUrl, "SELECT current_user AS name")).toEqual([
    { name: "aifactory_app" },
  ]);
  for (const sql of [
    "CREATE TABLE t ()",
    "CREATE SCHEMA s",
    "CREATE TEMPORARY TABLE t ()",
    "CREATE DATABASE d",
  ]) {
    await expect(query(server.applicationUrl, sql), sql).rejects.toThrow(/permission denied/);
  }
});

test("nobody gets in without the password", async () => {
  const url = new URL(server.adminUrl);
  url.password = "guess";
  await expect(query(url.href, "SELECT")).rejects.toThrow(/password authentication failed/);
});

test("the owner copies a template database by files, as the test suite does", async () => {
  await query(server.adminUrl, "CREATE DATABASE template_of_test");
  await query(
    server.adminUrl,
    "CREATE DATABASE copy_of_test TEMPLATE template_of_test STRATEGY FILE_COPY",
  );
  const url = new URL(server.applicationUrl);
  url.pathname = "/copy_of_test";
  expect(await query(url.href, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("a folder in use is refused with the process that uses it, and its server goes on", async () => {
  await expect(start()).rejects.toThrow(
    `The data folder ${dataDir} is in use by process ${process.pid}.`,
  );
  expect(await query(server.applicationUrl, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("stop ends open transactions and the server, once; a second start finds what was committed", async () => {
  await query(server.adminUrl, "CREATE TABLE kept AS SELECT 42 AS value");
  const open = new pg.Client({ connectionString: server.adminUrl });
  open.on("error", () => {});
  await open.connect();
  await open.query("BEGIN; DELETE FROM kept");
  const urls = [new URL(server.adminUrl), new URL(server.applicationUrl)];
  await Promise.all([server.stop(), server.stop()]);
  await server.stop();
  await expect(query(server.adminUrl, "SELECT")).rejects.toThrow(/ECONNREFUSED/);
  const log = readFileSync(join(dataDir, "postgres", "server.log"), "utf8");
  expect(log).toContain("received fast shutdown request");
  expect(log.match(/database system is shut down/g)).toHaveLength(1);

  server = await start();
  expect(server.adopted).toBe(false);
  expect(await query(server.adminUrl, "SELECT value FROM kept")).toEqual([{ value: 42 }]);
  expect([server.adminUrl, server.applicationUrl].map((url) => new URL(url).password)).toEqual(
    urls.map((url) => url.password),
  );
});
