import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../../test/support/database.ts";
import { holdClock } from "./hold-clock.ts";

let testDatabase: TestDatabase;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
});
afterAll(() => testDatabase?.drop());

test("BIL-3 while the clock is held, ticks can make the partitions of months to come", async () => {
  const { database, asOwner } = testDatabase;
  const makeMonths =
    "set local lock_timeout = '2s'; select ledger_ready(timestamptz '2061-03-01 00:00:00+00')";
  await holdClock(database, () => database.pool.query(makeMonths));
  const { rows } = await asOwner("select to_regclass('ledger.entries_206103')::text as made");
  expect(rows).toEqual([{ made: "ledger.entries_206103" }]);
});
