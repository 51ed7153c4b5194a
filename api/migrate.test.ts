import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import pg from "pg";
import { openDatabase } from "#db/database.ts";

const { adminUrl, applicationUrl } = inject("postgres");
const name = `migrate_${randomUUID().replaceAll("-", "")}`;

function on(url: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

async function asOwner(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

function migrate(env: Record<string, string>): Promise<{ code: number; output: string }> {
  const options = { env: { PATH: process.env["PATH"], ...env } };
  return new Promise((resolve) => {
    execFile(process.execPath, ["api/migrate.ts"], options, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    );
  });
}

describe("npm run migrate", () => {
  beforeAll(() => asOwner(`create database ${name}`));
  afterAll(() => asOwner(`drop database ${name} with (force)`));

  test("makes schema and rights, also twice at once, and ends with 0; replicas need no owner after it", async () => {
    const urls = { DATABASE_URL: on(applicationUrl), DATABASE_ADMIN_URL: on(adminUrl) };
    const done = { code: 0, output: "The schema is up to date.\n" };
    expect(await Promise.all([migrate(urls), migrate(urls)])).toEqual([done, done]);
    expect(await migrate(urls)).toEqual(done);
    const database = openDatabase(on(applicationUrl), { max: 1 });
    const { rows } = await database.pool.query("select count(*) from shard_cursors");
    await database.close();
    expect(Number(rows[0].count)).toBeGreaterThan(0);
  });

  test.each([
    ["no database", {}, /^Set DATABASE_ADMIN_URL to the role that owns the schema/],
    ["no owner", { DATABASE_URL: applicationUrl }, /^Set DATABASE_ADMIN_URL/],
    ["the owner alone", { DATABASE_ADMIN_URL: adminUrl }, /DATABASE_URL: is needed beside/],
    [
      "the owner as the application",
      { DATABASE_URL: on(adminUrl), DATABASE_ADMIN_URL: on(adminUrl) },
      /^DATABASE_URL signs in as "aifactory_owner", which may alter the schema/,
    ],
    [
      "a server that is away",
      {
        DATABASE_URL: "postgres://app@localhost:1/x",
        DATABASE_ADMIN_URL: "postgres://owner@localhost:1/x",
      },
      /ECONNREFUSED/,
    ],
  ])("%s is refused with a sentence and 1", async (_, env, sentence) => {
    const { code, output } = await migrate(env);
    expect(output).toMatch(sentence);
    expect(code).toBe(1);
  });
});
