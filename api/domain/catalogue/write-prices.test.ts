import { readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../../test/support/database.ts";
import { siteRates } from "#domain/billing/currency/site-rates.ts";
import { at } from "#domain/billing/testing/world.ts";
import { Catalogue } from "./catalogue.ts";
import { siteFile, type SiteFile } from "./schema.ts";
import { writePrices } from "./write-prices.ts";

let postgres: TestDatabase;
beforeAll(async () => {
  postgres = await createTestDatabase();
});
afterAll(() => postgres.drop());
beforeEach(() => postgres.database.pool.query("delete from prices"));

const shipped = siteFile.parse(
  JSON.parse(readFileSync(new URL("./default-site.json", import.meta.url), "utf8")),
);
type Price = SiteFile["flavors"][number]["prices"][number];
const price = (usd: string, effectiveFrom?: string): Price => ({
  VND: "1",
  USD: usd,
  JPY: "1",
  ...(effectiveFrom && { effectiveFrom }),
});
/** The shipped site with these prices of its smallest flavor. */
const site = (...prices: Price[]) => {
  const file = structuredClone(shipped);
  file.flavors.find(({ id }) => id === "cpu-small")!.prices = prices;
  return new Catalogue(siteFile.parse(file));
};
const write = (catalogue: Catalogue) => writePrices(postgres.database, catalogue);
const chargedUntil = (moment: string) =>
  postgres.database.pool.query("update shard_cursors set cursor_minute = $1 - shard % 3", [
    Date.parse(moment) / 60_000,
  ]);
const written = async () => {
  const { rows } = await postgres.database.pool.query(
    `select minute_start(effective_minute) as from, usd from prices where item = 'cpu-small' order by 1`,
  );
  return rows.map((row) => `${row.from.toISOString().slice(0, 16)} ${row.usd / 1_000_000n}`);
};

test("CAT-2 every flavor and every region's storage is written down, and again without a change", async () => {
  await chargedUntil("2026-05-04T10:00:00Z");
  await write(new Catalogue(shipped));
  await write(new Catalogue(shipped));
  const { rows } = await postgres.database.pool.query(
    "select kind, count(*)::integer as count from prices group by kind order by kind",
  );
  expect(rows).toEqual([
    { kind: "gpu", count: shipped.flavors.length },
    { kind: "storage", count: shipped.regions.length },
  ]);
});

test("CAT-2 prices to come may be added, changed and taken back, also for a minute that is over but not charged", async () => {
  await chargedUntil("2026-05-04T10:00:00Z");
  await write(site(price("1")));
  await write(site(price("1"), price("2", "2026-05-04T10:00:00Z")));
  expect(await written()).toEqual(["1970-01-01T00:00 1", "2026-05-04T10:00 2"]);
  await write(site(price("1"), price("3", "2026-05-05T00:00:00Z")));
  expect(await written()).toEqual(["1970-01-01T00:00 1", "2026-05-05T00:00 3"]);
  await write(site(price("1")));
  expect(await written()).toEqual(["1970-01-01T00:00 1"]);
});

test("CAT-2 a price that has been charged is not changed afterwards: neither in place nor by an earlier date", async () => {
  await chargedUntil("2026-05-04T10:00:00Z");
  await write(site(price("1")));
  await expect(write(site(price("2")))).rejects.toThrow(
    /up to 2026-05-04T10:00:00.000Z.*effectiveFrom.*\n {2}cpu-small: .*2.00 USD.* instead of .*1.00 USD/,
  );
  const late = site(price("1"), price("2", "2026-05-04T09:59:00Z"));
  await expect(write(late)).rejects.toThrow("cpu-small");
  expect(await written()).toEqual(["1970-01-01T00:00 1"]);
});

test("CAT-2 the list may forget prices that are over, and a flavor that is withdrawn keeps its price", async () => {
  await chargedUntil("2026-05-04T10:00:00Z");
  await write(site(price("1"), price("2", "2026-05-04T12:00:00Z")));
  await chargedUntil("2026-05-04T13:00:00Z");
  await write(site(price("2")));
  const both = ["1970-01-01T00:00 1", "2026-05-04T12:00 2"];
  expect(await written()).toEqual(both);
  const without = { ...shipped, flavors: shipped.flavors.filter(({ id }) => id !== "cpu-small") };
  await write(new Catalogue(without));
  expect(await written()).toEqual(both);
});

test("CAT-2 nobody charges a minute while prices are written, and prices wait for who is charging", async () => {
  await chargedUntil("2026-05-04T10:00:00Z");
  await write(site(price("1")));
  const ticking = await postgres.database.pool.connect();
  await ticking.query("begin");
  await ticking.query(
    "update shard_cursors set cursor_minute = cursor_minute + 60 where shard = 7",
  );
  const writing = write(site(price("1"), price("2", "2026-05-04T10:30:00Z")));
  const first = await Promise.race([
    writing,
    new Promise((done) => setTimeout(done, 200, "waits")),
  ]);
  expect(first).toBe("waits");
  await ticking.query("commit");
  ticking.release();
  await expect(writing).rejects.toThrow("cpu-small");
});

test("WAL-4 each exchange rate holds from its date on", async () => {
  const file = structuredClone(shipped);
  file.exchangeRates = [
    { VND: "25000", JPY: "150" },
    { VND: "26000", JPY: "160", effectiveFrom: "2026-05-04T10:00:30Z" },
  ];
  await write(new Catalogue(siteFile.parse(file)));
  const rates = await at(postgres.database, "2026-05-04T10:00:00Z", siteRates);
  expect(rates("USD", "VND", new Date("2026-05-04T10:00:29.999Z"))).toBe("25000.000000000000");
  expect(rates("USD", "VND", new Date("2026-05-04T10:00:30Z"))).toBe("26000.000000000000");
  expect(rates("JPY", "VND", new Date("2027-01-01T00:00:00Z"))).toBe("162.500000000000");
});

test.each([
  ["a first entry with a date", [{ ...price("1", "2026-05-04T10:00:00Z") }], "0/effectiveFrom"],
  ["a later entry without one", [price("1"), price("2")], "1/effectiveFrom"],
  [
    "entries out of order",
    [price("1"), price("2", "2026-05-05T00:00:00Z"), price("3", "2026-05-04T00:00:00Z")],
    "2/effectiveFrom",
  ],
  ["a date within a minute", [price("1"), price("2", "2026-05-04T10:00:30Z")], "1/effectiveFrom"],
  ["a negative price", [price("-1")], "0/USD"],
])("CAT-2 the site file is refused for %s", (_, prices, path) => {
  const file = structuredClone(shipped);
  file.flavors[0]!.prices = prices;
  const result = siteFile.safeParse(file);
  expect(result.error!.issues[0]!.path.join("/")).toBe(`flavors/0/prices/${path}`);
});

test.each(["0", "0.0001", "-3", "1e3", "100000001"])(
  "WAL-4 %s is refused as an exchange rate",
  (VND) => {
    const file = structuredClone(shipped);
    file.exchangeRates = [{ VND, JPY: "150" }];
    const result = siteFile.safeParse(file);
    expect(result.error!.issues[0]!.path.join("/")).toBe("exchangeRates/0/VND");
  },
);
