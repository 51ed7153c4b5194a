import { expect, test } from "vitest";
import { openDatabase } from "#db/database.ts";
import { withSystem } from "#db/tenant.ts";
import { Scene, testDatabase } from "#domain/billing/testing/fixture.ts";

const postgres = testDatabase();

async function scene(): Promise<Scene> {
  const begun = await Scene.begin(postgres.database, "2026-05-04T10:00:00Z");
  await begun.grant("2026-05-04T10:00:00Z", 10_000_000n, { kind: "topUp" });
  await begun.start("2026-05-04T10:00:00Z", 60_000_000n);
  await begun.tick("2026-05-04T10:02:00Z");
  return begun;
}

test.each([
  "update ledger_entries set plans_after = 0",
  "delete from ledger_entries",
  "truncate ledger_entries",
  "update ledger_postings set amount = 1",
  "delete from ledger_postings",
  "truncate ledger_postings",
  "update run_shares set amount = 1",
  "delete from run_shares",
  "truncate run_shares",
])("WAL-6 the application's role is refused: %s", async (statement) => {
  await scene();
  await expect(postgres.database.pool.query(statement)).rejects.toMatchObject({ code: "42501" });
});

test.each([
  "update ledger_entries set plans_after = 0",
  "delete from ledger_postings",
  "truncate ledger_postings",
  "truncate ledger.postings_202605",
  "update ledger.entries_202605 set plans_after = 0",
])("WAL-6 even the owner is refused: %s", async (statement) => {
  await scene();
  await expect(postgres.get().asOwner(statement)).rejects.toMatchObject({ code: "AF002" });
});

test("WAL-6 the application's role cannot reach a partition past its parent's triggers", async () => {
  await scene();
  await expect(
    postgres.database.pool.query(
      "insert into ledger.postings_202605 select * from ledger_postings",
    ),
  ).rejects.toMatchObject({ code: "42501" });
});

test("WAL-6 an entry whose postings do not balance is refused", async () => {
  const { organization } = await scene();
  const post = (amounts: string) =>
    postgres.database.pool.query(
      `insert into ledger_postings (organization_id, at, seq, account, currency, amount)
       select $1, '2026-05-04T10:03:00Z', 99, account, 'USD', amount from (values ${amounts}) as v(account, amount)`,
      [organization.organizationId],
    );
  await expect(post("('topUp', -5), ('grants', 4)")).rejects.toMatchObject({ code: "AF003" });
  await expect(post("('topUp', -5), ('grants', 5)")).resolves.toBeDefined();
});

test("WAL-6 postings balance within each currency, not across them", async () => {
  const { organization } = await scene();
  const statement = `insert into ledger_postings (organization_id, at, seq, account, currency, amount)
    values ($1, '2026-05-04T10:03:00Z', 98, 'topUp', 'USD', -5), ($1, '2026-05-04T10:03:00Z', 98, 'grants', 'VND', 5)`;
  await expect(
    postgres.database.pool.query(statement, [organization.organizationId]),
  ).rejects.toMatchObject({ code: "AF003" });
});

test("WAL-3 the database lets no line but top-up become negative", async () => {
  const { organization } = await scene();
  const set = (line: string) =>
    postgres.database.pool.query(`update wallets set ${line} = -1 where organization_id = $1`, [
      organization.organizationId,
    ]);
  await expect(set("plans")).rejects.toMatchObject({ code: "23514" });
  await expect(set("vouchers")).rejects.toMatchObject({ code: "23514" });
});

test("WAL-4 the first top-up fixes the currency, and the database refuses a change", async () => {
  const { organization, database } = await scene();
  const { rows } = await database.pool.query(
    "select currency_fixed_at from wallets where organization_id = $1",
    [organization.organizationId],
  );
  expect(rows[0].currency_fixed_at).toEqual(new Date("2026-05-04T10:00:00Z"));
  await expect(
    database.pool.query("update wallets set currency = 'JPY' where organization_id = $1", [
      organization.organizationId,
    ]),
  ).rejects.toMatchObject({ code: "AF001" });
});

test("WAL-6 months get their partitions ahead, by a function of the owner that the application may call", async () => {
  const partitions = async () =>
    (
      await postgres
        .get()
        .asOwner(
          "select relname from pg_class where relname ~ '^(entries|postings)_2031' and relkind = 'r'",
        )
    ).rows
      .map((row) => row.relname as string)
      .toSorted();
  expect(await partitions()).toEqual([]);
  const ready = () =>
    withSystem(postgres.database, (tx) =>
      tx.client.query("select ledger_ready('2031-10-31T23:59:59Z')"),
    );
  await Promise.all([ready(), ready(), ready()]);
  expect(await partitions()).toEqual(
    ["entries", "postings"].flatMap((name) =>
      ["10", "11", "12"].map((month) => `${name}_2031${month}`),
    ),
  );
});

test("WAL-6 the months of a session in another time zone are those of UTC", async () => {
  const database = openDatabase(postgres.get().url, { max: 1 });
  await database.pool.query("set timezone to 'Asia/Tokyo'");
  await database.pool.query("select ledger_ready('2032-01-31T20:00:00Z')");
  await database.close();
  const { rows } = await postgres.get().asOwner(
    `select pg_get_expr(relpartbound, oid) like '%' || $1::timestamptz::text || '%' || $2::timestamptz::text || '%' as utc
     from pg_class where relname = 'entries_203201'`,
    ["2032-01-01T00:00:00Z", "2032-02-01T00:00:00Z"],
  );
  expect(rows).toEqual([{ utc: true }]);
});
