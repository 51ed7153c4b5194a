import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase } from "#db/database.ts";
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

test("ID-5 more who want to move the clock at once than there are connections come one after another", async () => {
  const few = openDatabase(testDatabase.url, { max: 3 });
  try {
    const start = Date.now();
    const moves = Array.from({ length: 8 }, (_, hour) =>
      holdClock(few, async ({ now, moveTo }) => {
        await moveTo(new Date(start + (hour + 1) * 3_600_000));
        return now();
      }),
    );
    const failing = holdClock(few, () => Promise.reject(new Error("it went wrong")));
    const last = holdClock(few, ({ now }) => now());
    await expect(failing).rejects.toThrow("it went wrong");
    const hours = (await Promise.all([...moves, last])).map((now) =>
      Math.floor((now.getTime() - start) / 3_600_000),
    );
    expect(hours).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 8]);
  } finally {
    await few.close();
  }
});
