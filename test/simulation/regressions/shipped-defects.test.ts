/** Defects that other billing systems shipped, each played against the books. */
import { expect, test } from "vitest";
import { openDatabase, type Database } from "../../../api/db/database.ts";
import { fundsOf } from "../../../api/domain/billing/wallet/funds.ts";
import { fromMinorUnits } from "../../../api/domain/billing/units/minor-units.ts";
import { formatMoney } from "../../../api/domain/billing/units/money.ts";
import { settleTopUp } from "../../../api/domain/billing/credit/settle-top-up.ts";
import { Scene, testDatabase } from "../../../api/domain/billing/testing/fixture.ts";
import { at, RATES, tickAt } from "../../../api/domain/billing/testing/world.ts";
import { newId } from "../../../api/domain/ids.ts";
import { startLossyProxy, type Verdict } from "../site/lossy-proxy.ts";

const postgres = testDatabase();
const START = "2026-05-04T10:00:00Z";
const minute = (n: number) => new Date(Date.parse(START) + n * 60_000).toISOString();
const begin = (currency: "USD" | "VND" | "JPY" = "USD") =>
  Scene.begin(postgres.database, START, { currency });

/** What all entries together say of each line. */
async function posted({ database, organization }: Scene) {
  const { rows } = await database.pool.query<{ account: string; amount: bigint }>(
    `select account, sum(amount)::bigint as amount from ledger_postings
     where organization_id = $1 and account in ('plans', 'vouchers', 'topUp') group by account`,
    [organization.organizationId],
  );
  const of = (account: string) => rows.find((row) => row.account === account)?.amount ?? 0n;
  return { plans: of("plans"), vouchers: of("vouchers"), topUp: of("topUp") };
}

/** The minutes that entries charged, each as often as it was. */
async function chargedMinutes({ database, organization }: Scene): Promise<number[]> {
  const { rows } = await database.pool.query<{ minute: number }>(
    `select generate_series(from_minute, to_minute - 1) - $2 as minute from ledger_entries
     where organization_id = $1 and kind = 'charge' order by 1`,
    [organization.organizationId, Date.parse(START) / 60_000],
  );
  return rows.map((row) => row.minute);
}

const topUp = (scene: Scene, database: Database, amount: bigint, key: string) => {
  const { organizationId, currency } = scene.organization;
  return at(database, START, (tx) =>
    settleTopUp(tx, { organizationId, amount, currency, rates: RATES, key }),
  );
};

test("BIL-2 WAL-6 rounding drift: a price that no minute divides, charged in 150 steps, leaves Wallet and entries with what one step takes", async () => {
  const [steps, once] = [await begin(), await begin()];
  const prices = [1n, 59n, 61n, 1_000_003n, 2_777_777n, 3_333_333n, 59_999_999n];
  for (const scene of [steps, once]) for (const price of prices) await scene.start(START, price);
  for (let n = 1; n <= 150; n++) await steps.tick(minute(n));
  await once.tick(minute(150));
  const owed = prices.reduce((sum, price) => sum + (price * 150n) / 60n, 0n);
  for (const scene of [steps, once]) {
    expect(await scene.lines()).toEqual({ plans: 0n, vouchers: 0n, topUp: -owed });
    expect(await posted(scene)).toEqual(await scene.lines());
  }
});

test.each([
  ["JPY", 3000n, "3000.00", "2625.00"],
  ["VND", 500_000n, "500000.00", "499625.00"],
  ["USD", 2500n, "25.00", "-350.00"],
] as const)(
  "WAL-5 a hundred times the amount: %s, of which a gateway counts %d, is %s in the Wallet, and an hour at 375 leaves %s",
  async (currency, minor, before, after) => {
    const scene = await begin(currency);
    await topUp(scene, scene.database, fromMinorUnits(minor, currency), newId());
    expect(formatMoney((await scene.lines()).topUp, currency)).toEqual({
      amount: before,
      currency,
    });
    await scene.start(START, 375_000_000n);
    await scene.tick(minute(60));
    expect(formatMoney((await scene.lines()).topUp, currency)).toEqual({ amount: after, currency });
  },
);

test("WAL-2 expired credit that nobody has swept: it counts for nothing and pays for nothing after its expiry", async () => {
  const scene = await begin();
  const voucher = await scene.grant(START, 100_000_000n, { expiresAt: minute(5) });
  await scene.start(START, 60_000_000n);
  // No tick since: its line still holds it.
  expect((await scene.lines()).vouchers).toBe(100_000_000n);
  const { organizationId } = scene.organization;
  const { available } = await scene.at(minute(30), (tx) => fundsOf(tx, organizationId));
  expect(available.notebook).toBe(0n);
  await scene.tick(minute(60));
  expect(await scene.remaining(voucher)).toBe(95_000_000n);
  expect(await scene.lines()).toEqual({ plans: 0n, vouchers: 0n, topUp: -55_000_000n });
});

test("BIL-3 concurrent deltas from one watermark: eight replicas that read the same cursor charge each minute once", async () => {
  const scene = await begin();
  for (let i = 0; i < 5; i++) await scene.start(START, 60_000_000n);
  const replicas = Array.from({ length: 8 }, () => openDatabase(postgres.get().url, { max: 1 }));
  const { shard } = scene.organization;
  for (let n = 3; n <= 24; n += 3)
    await Promise.all(replicas.map((replica, i) => tickAt(replica, shard, minute(n + (i % 3)))));
  await scene.tick(minute(27));
  await Promise.all(replicas.map((replica) => replica.close()));
  expect(await chargedMinutes(scene)).toEqual([...Array(27).keys()]);
  expect(await scene.lines()).toMatchObject({ topUp: -27n * 5n * 1_000_000n });
});

/** On a connection on which the first commit fares so. */
async function through<T>(verdict: Verdict, work: (database: Database) => Promise<T>): Promise<T> {
  const url = new URL(postgres.get().url);
  const port = Number(url.port);
  const verdicts = [verdict];
  const onCommit = () => verdicts.shift() ?? "pass";
  const proxy = await startLossyProxy({ port: () => port, onCommit });
  url.port = String(proxy.port);
  const database = openDatabase(url.href);
  try {
    return await work(database);
  } finally {
    await database.close();
    await proxy.close();
  }
}

test.each(["answerLost", "neverSent"] as const)(
  "WAL-6 PAY-2 retry after a lost acknowledgement (%s): a top-up and a tick that are tried again count once",
  async (verdict) => {
    const scene = await begin();
    const key = newId();
    const settle = (database: Database) => topUp(scene, database, 10_000_000n, key);
    await expect(through(verdict, settle)).rejects.toThrow(/connection|ECONNRESET/i);
    await through("pass", settle);
    expect((await scene.lines()).topUp).toBe(10_000_000n);

    await scene.start(START, 60_000_000n);
    const { shard } = scene.organization;
    const charge = (database: Database) => tickAt(database, shard, minute(4));
    await expect(through(verdict, charge)).rejects.toThrow(/connection|ECONNRESET/i);
    await through("pass", charge);
    await scene.tick(minute(5));
    expect(await chargedMinutes(scene)).toEqual([0, 1, 2, 3, 4]);
    expect(await scene.lines()).toEqual(await posted(scene));
    expect((await scene.lines()).topUp).toBe(5_000_000n);
  },
);

test("WAL-3 negative spill to the next source: a voucher ends at zero to the micro-unit, the next pays the rest, and none pays a debt", async () => {
  const scene = await begin();
  const first = await scene.grant(START, 1_500_001n, { expiresAt: minute(600) });
  const second = await scene.grant(START, 1_000_000n, { expiresAt: minute(700) });
  await scene.start(START, 60_000_000n);
  await scene.tick(minute(2));
  expect([await scene.remaining(first), await scene.remaining(second)]).toEqual([0n, 500_001n]);
  await scene.tick(minute(4));
  expect(await scene.remaining(second)).toBe(0n);
  expect(await scene.lines()).toEqual({ plans: 0n, vouchers: 0n, topUp: -1_499_999n });
  const third = await scene.grant(minute(4), 9_000_000n, { expiresAt: minute(800) });
  expect(await scene.remaining(third)).toBe(9_000_000n);
  await scene.tick(minute(5));
  expect(await scene.lines()).toEqual({ plans: 0n, vouchers: 8_000_000n, topUp: -1_499_999n });
});
