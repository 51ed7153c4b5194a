import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../test/support/database.ts";
import { openDatabase, type Database } from "./database.ts";

let testDatabase: TestDatabase;
let database: Database;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = openDatabase(testDatabase.adminUrl, { max: 1 });
});
afterAll(async () => {
  await database?.close();
  await testDatabase?.drop();
});

/** How often the server has a statement prepared on the connection. */
async function prepared(text: string): Promise<number> {
  const { rows } = await database.pool.query("select statement from pg_prepared_statements");
  return rows.filter(({ statement }) => statement === text).length;
}

test("a statement with values is prepared once it has come up before, and answers the same", async () => {
  const text = "select $1::int + 1 as sum";
  const ask = (value: number) => database.pool.query<{ sum: number }>(text, [value]);
  for (const value of [1, 2]) expect((await ask(value)).rows).toEqual([{ sum: value + 1 }]);
  expect(await prepared(text)).toBe(0);
  for (const value of [3, 4, 5]) expect((await ask(value)).rows).toEqual([{ sum: value + 1 }]);
  expect(await prepared(text)).toBe(1);
});

test("a statement that failed can be asked again, and so can one without values", async () => {
  const ask = (value: unknown) => database.pool.query("select 1 / $1::int as part", [value]);
  for (let time = 0; time < 4; time++) await expect(ask(0)).rejects.toThrow("division by zero");
  expect((await ask(1)).rows).toEqual([{ part: 1 }]);
  for (let time = 0; time < 4; time++)
    expect((await database.pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  expect(await prepared("select 1 as one")).toBe(0);
});

test("what answers all columns goes on when a migration adds one", async () => {
  await database.pool.query("create table grown (id int)");
  await database.pool.query("insert into grown values (1)");
  const asked = [
    "select * from grown where id = $1",
    "select id, g.* from grown g where id = $1",
    "update grown set id = $1 returning *",
    "select id from grown where id = $1",
  ];
  const all = async () => {
    const answers = [];
    for (const text of asked) answers.push((await database.pool.query(text, [1])).rows[0]);
    return answers;
  };
  for (let time = 0; time < 4; time++) await all();
  expect(await prepared(asked[3]!)).toBe(1);
  await database.pool.query("alter table grown add column name text");
  const row = { id: 1, name: null };
  expect(await all()).toEqual([row, row, row, { id: 1 }]);
});
