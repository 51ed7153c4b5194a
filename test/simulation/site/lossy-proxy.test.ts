import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase } from "../../../api/db/database.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { startLossyProxy } from "./lossy-proxy.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db?.drop());

test("a commit whose answer is lost has happened, and what was sent together with it is answered", async () => {
  const url = new URL(db.url);
  const port = Number(url.port);
  const proxy = await startLossyProxy({ port: () => port, onCommit: () => "answerLost" });
  url.port = String(proxy.port);
  const { pool, close } = openDatabase(url.href);
  const client = await pool.connect();
  await client.query("begin");
  const [added, committed] = await Promise.allSettled([
    client.query("insert into clusters (id, region) values ('a', 'hanoi')"),
    client.query("commit"),
  ]);
  expect(added).toMatchObject({ status: "fulfilled", value: { rowCount: 1 } });
  expect(committed).toMatchObject({ status: "rejected" });
  expect((await db.database.pool.query("select id from clusters")).rows).toEqual([{ id: "a" }]);
  client.release(true);
  await close();
  await proxy.close();
});
