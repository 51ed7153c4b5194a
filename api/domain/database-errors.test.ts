import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase } from "#db/database.ts";
import { withSystem } from "#db/tenant.ts";
import { sql } from "drizzle-orm";
import { createTestDatabase, type TestDatabase } from "../../test/support/database.ts";
import { isDatabaseOutage } from "./database-errors.ts";

let testDatabase: TestDatabase;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
});
afterAll(() => testDatabase?.drop());

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

test("a server that is not there is an outage, also through the query builder", async () => {
  const nowhere = openDatabase("postgres://nobody:none@127.0.0.1:1/none");
  expect(isDatabaseOutage(await failureOf(nowhere.pool.query("select 1")))).toBe(true);
  expect(isDatabaseOutage(await failureOf(nowhere.read.execute(sql`select 1`)))).toBe(true);
  await nowhere.close();
});

test("a connection that is cut in the middle of a transaction is an outage", async () => {
  const { database } = testDatabase;
  const failure = await failureOf(
    withSystem(database, async ({ client, db }) => {
      const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
      await database.pool.query("select pg_terminate_backend($1)", [rows[0]!.pid]);
      // Between two statements nobody waits for the connection; that it goes must not end the process.
      await sleep(100);
      await db.execute(sql`select 1`);
    }),
  );
  expect(failure).toBeInstanceOf(Error);
  expect(isDatabaseOutage(failure)).toBe(true);
});

test.each(["disk_full", "out_of_memory", "too_many_connections"])(
  "%s is an outage",
  async (condition) => {
    const raise = `do $$ begin raise ${condition}; end $$`;
    const failure = await failureOf(testDatabase.database.pool.query(raise));
    expect(failure).toMatchObject({ code: expect.stringMatching(/^53/) });
    expect(isDatabaseOutage(failure)).toBe(true);
  },
);

test("what a statement did wrong is no outage", async () => {
  const { read } = testDatabase.database;
  expect(isDatabaseOutage(await failureOf(read.execute(sql`select 1 / 0`)))).toBe(false);
  expect(isDatabaseOutage(await failureOf(read.execute(sql`select from nothing`)))).toBe(false);
  expect(isDatabaseOutage(new Error("connection"))).toBe(false);
});
