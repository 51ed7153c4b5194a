import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../test/support/database.ts";
import { openDatabase, type Database } from "./database.ts";
import { inTransaction } from "./transaction.ts";

const UNIQUE_VIOLATION = "23505";
const READ_ONLY = "25006";

let db: TestDatabase;
// Whatever a transaction leaves behind on its connection meets the next one.
let one: Database;
beforeAll(async () => {
  db = await createTestDatabase();
  one = openDatabase(db.url, { max: 1 });
});
afterEach(() => one.pool.query("delete from clusters"));
afterAll(async () => {
  await one?.close();
  await db?.drop();
});

const adding = (id: string) => ({
  name: "add",
  text: "insert into clusters (id, region) values ($1, 'hanoi')",
  values: [id],
});
const ids = async () =>
  (await one.pool.query("select id from clusters order by id")).rows.map(({ id }) => id);

test("what is sent without waiting is done in its order, before what is asked after it, and committed", async () => {
  const seen = await inTransaction(one.pool, "begin", async (client, _, send) => {
    send(adding("a"));
    send(adding("b"));
    const { rowCount } = await client.query("select from clusters");
    send({ text: "delete from clusters where id = $1", values: ["a"] });
    return rowCount;
  });
  expect(seen).toBe(2);
  expect(await ids()).toEqual(["b"]);
});

test("where a statement fails that was not waited for, so does the commit, by its error; nothing of it stays", async () => {
  const failing = inTransaction(one.pool, "begin", async (client, _, send) => {
    await client.query(adding("a"));
    send(adding("a"));
    send(adding("b"));
  });
  await expect(failing).rejects.toMatchObject({ code: UNIQUE_VIOLATION });
  expect(await ids()).toEqual([]);
});

test("what fails because of it does not hide it", async () => {
  const failing = inTransaction(one.pool, "begin", async (client, _, send) => {
    send(adding("a"));
    send(adding("a"));
    await client.query("select 1");
  });
  await expect(failing).rejects.toMatchObject({ code: UNIQUE_VIOLATION });
});

test("what fails because of one that is waited for does not hide that one either", async () => {
  const failing = inTransaction(one.pool, "begin", async (client, _, send) => {
    send(adding("a"));
    const waited = client.query(adding("a"));
    send(adding("b"));
    await waited;
  });
  await expect(failing).rejects.toMatchObject({ code: UNIQUE_VIOLATION });
});

test("what was caught fails the commit all the same: nothing of it is done", async () => {
  const failing = inTransaction(one.pool, "begin", async (client) => {
    await client.query(adding("a"));
    await client.query(adding("a")).catch(() => {});
  });
  await expect(failing).rejects.toThrow("a statement of the transaction had failed");
  expect(await ids()).toEqual([]);
});

test("a statement that could not be prepared, because one sent before it failed, is prepared when it is asked for again", async () => {
  const late = { name: "late", text: "select $1::text as id", values: ["b"] };
  const failing = inTransaction(one.pool, "begin", async (client, _, send) => {
    send(adding("a"));
    send(adding("a"));
    await Promise.all([client.query(late), client.query(late)]);
  });
  await expect(failing).rejects.toMatchObject({ code: UNIQUE_VIOLATION });
  const twice = inTransaction(one.pool, "begin", (client) =>
    Promise.all([client.query(late), client.query(late)]),
  );
  expect((await twice).map(({ rows }) => rows)).toEqual([[{ id: "b" }], [{ id: "b" }]]);
});

test("a connection that is lost while statements are under way fails them, and is replaced", async () => {
  const failing = inTransaction(one.pool, "begin", async (_, __, send) => {
    send(adding("a"));
    send({ text: "select pg_terminate_backend(pg_backend_pid())" });
    send(adding("b"));
  });
  await expect(failing).rejects.toThrow(/terminat|EPIPE|ECONNRESET/);
  expect(await ids()).toEqual([]);
});

test("a connection on which nothing can be written, as to a standby, is replaced", async () => {
  const pid = async () => (await one.pool.query("select pg_backend_pid() as pid")).rows[0].pid;
  const standby = await pid();
  const waited = inTransaction(one.pool, "begin read only", (client) => client.query(adding("a")));
  await expect(waited).rejects.toMatchObject({ code: READ_ONLY });
  const primary = await pid();
  expect(primary).not.toBe(standby);
  const built = inTransaction(one.pool, "begin read only", (client) =>
    drizzle(client).execute(sql`insert into clusters (id, region) values ('a', 'hanoi')`),
  );
  await expect(built).rejects.toMatchObject({ cause: { code: READ_ONLY } });
  expect(await pid()).not.toBe(primary);
});
