import { expect, test } from "vitest";
import { openDatabase } from "#db/database.ts";
import { newId } from "#domain/ids.ts";
import { fundsOf } from "#domain/billing/wallet/funds.ts";
import { cancelPlan } from "./cancel-plan.ts";
import { convert } from "#domain/billing/currency/convert.ts";
import { grantPlan, type PlanGrant } from "./grant-plan.ts";
import { periodStart } from "./plan-period.ts";
import { settleTopUp } from "./settle-top-up.ts";
import { createResource } from "#domain/billing/testing/resources.ts";
import { Scene, testDatabase } from "#domain/billing/testing/fixture.ts";
import { at, RATES, tickAt } from "#domain/billing/testing/world.ts";

const postgres = testDatabase();
const NOW = "2026-05-04T10:00:00Z";
const HOUR = 60_000_000n; // One dollar a minute.
const DAY = { unit: "day", count: 1 } as const;
const begin = () => Scene.begin(postgres.database, NOW);

const grant = (scene: Scene, plan: Partial<PlanGrant> = {}) =>
  scene.at(NOW, (tx) =>
    grantPlan(tx, {
      organizationId: scene.organization.organizationId,
      amount: 100_000_000n,
      currency: "USD",
      period: DAY,
      renews: true,
      startsAt: new Date(NOW),
      ...plan,
    }),
  );

const periodsOf = async (scene: Scene) => {
  const { rows } = await scene.database.pool.query(
    `select plan_period, starts_at, expires_at, amount, remaining from credits
     where organization_id = $1 and plan_id is not null order by plan_period`,
    [scene.organization.organizationId],
  );
  return rows;
};
const days = async (scene: Scene) =>
  (await periodsOf(scene)).map(
    (it) => `${it.starts_at.getUTCDate()}-${it.expires_at.getUTCDate()}`,
  );
const available = (scene: Scene, now: string) =>
  scene.at(
    now,
    async (tx) => (await fundsOf(tx, scene.organization.organizationId)).available.notebook,
  );

test.each([
  ["2026-01-31T08:30:00Z", { unit: "month", count: 1 }, ["2026-02-28", "2026-03-31", "2026-04-30"]],
  [
    "2024-02-29T08:30:00Z",
    { unit: "year", count: 1 },
    ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"],
  ],
  ["2026-11-30T08:30:00Z", { unit: "month", count: 3 }, ["2027-02-28", "2027-05-30"]],
  ["2026-12-31T08:30:00Z", { unit: "day", count: 30 }, ["2027-01-30", "2027-03-01"]],
] as const)("PAY-4 periods from %s on, each %o", (first, period, starts) => {
  const found = starts.map((_, i) => periodStart(new Date(first), period, i + 1).toISOString());
  expect(found).toEqual(starts.map((day) => `${day}T08:30:00.000Z`));
});

test("PAY-4 each period is credit of its own, which expires with it; what is left does not carry over", async () => {
  const scene = await begin();
  await grant(scene);
  await scene.start(NOW, HOUR);
  await scene.tick("2026-05-04T11:00:00Z");
  expect(await scene.lines()).toEqual({ plans: 40_000_000n, vouchers: 0n, topUp: 0n });
  await scene.tick("2026-05-05T09:00:00Z");
  const spent = 1380n * 1_000_000n;
  expect(await scene.lines()).toMatchObject({ plans: 0n, topUp: 100_000_000n - spent });
  await scene.tick("2026-05-05T10:20:00Z");
  expect(await scene.lines()).toMatchObject({ plans: 80_000_000n });
  expect(await days(scene)).toEqual(["4-5", "5-6"]);
  const idle = await begin();
  await grant(idle);
  await idle.tick("2026-05-05T10:00:00Z");
  expect(await idle.lines()).toMatchObject({ plans: 100_000_000n });
});

test("PAY-4 after an outage over several periods each minute is paid by the credit of its own", async () => {
  const [scene, without] = [await begin(), await begin()];
  for (const each of [scene, without]) {
    await grant(each, { amount: 1_440_000_000n });
    await each.start("2026-05-04T22:00:00Z", HOUR);
  }
  for (let hour = 11; hour <= 24 * 3 + 12; hour++) {
    const moment = Date.UTC(2026, 4, 4, hour);
    await without.tick(new Date(moment).toISOString());
  }
  await scene.tick("2026-05-07T12:00:00Z");
  expect(await scene.lines()).toEqual(await without.lines());
  expect(await scene.lines()).toEqual({ plans: 1_320_000_000n, vouchers: 0n, topUp: 0n });
  const left = (periods: { remaining: bigint }[]) => periods.map((it) => it.remaining);
  expect(left(await periodsOf(scene))).toEqual([720_000_000n, 0n, 0n, 1_320_000_000n]);
  expect(left(await periodsOf(without))).toEqual(left(await periodsOf(scene)));
});

test("BIL-5 the next period can be spent at the moment it begins, not before, and nothing is stopped between two", async () => {
  const scene = await begin();
  await grant(scene);
  await createResource(scene, "notebook", NOW);
  await scene.tick("2026-05-05T09:54:00Z");
  expect(await days(scene)).toEqual(["4-5"]);
  await scene.tick("2026-05-05T09:58:00Z");
  expect(await days(scene)).toEqual(["4-5", "5-6"]);
  expect(await available(scene, "2026-05-05T09:59:59Z")).toBe(100_000_000n);
  expect(await available(scene, "2026-05-05T10:00:00Z")).toBe(100_000_000n);
  await scene.tick("2026-05-05T10:00:00Z");
  const { rows } = await scene.database.pool.query(
    "select from work_items where kind = 'stopForDebt' and organization_id = $1",
    [scene.organization.organizationId],
  );
  expect(rows).toEqual([]);
});

test("PAY-4 a plan that does not renew is one period; a cancelled one ends with the period it is in", async () => {
  const [once, cancelled] = [await begin(), await begin()];
  await grant(once, { renews: false });
  const { id } = await grant(cancelled);
  await cancelled.tick("2026-05-05T12:00:00Z");
  const cancel = () => cancelled.at("2026-05-05T12:00:00Z", (tx) => cancelPlan(tx, id));
  expect(await cancel()).toMatchObject({ cancelled_at: new Date("2026-05-05T12:00:00Z") });
  expect(await cancel()).toMatchObject({ next_starts_at: null });
  expect(await cancelled.lines()).toMatchObject({ plans: 100_000_000n });
  for (const scene of [once, cancelled]) await scene.tick("2026-05-09T10:00:00Z");
  expect(await days(once)).toEqual(["4-5"]);
  expect(await days(cancelled)).toEqual(["4-5", "5-6"]);
  expect(await cancelled.lines()).toMatchObject({ plans: 0n });
});

test("PAY-4 a plan that begins later grants nothing before", async () => {
  const scene = await begin();
  await grant(scene, { startsAt: new Date("2026-05-06T00:00:00Z") });
  await scene.tick("2026-05-05T23:00:00Z");
  expect(await periodsOf(scene)).toEqual([]);
  await scene.tick("2026-05-06T00:00:00Z");
  expect(await days(scene)).toEqual(["6-7"]);
});

test("PAY-4 several replicas grant a period once", async () => {
  const scene = await begin();
  await grant(scene);
  const database = openDatabase(postgres.get().url, { max: 8 });
  const ticks = Array.from({ length: 8 }, (_, i) =>
    tickAt(database, scene.organization.shard, `2026-05-07T10:0${i}:00Z`),
  );
  await Promise.all(ticks);
  await database.close();
  expect(await days(scene)).toEqual(["4-5", "5-6", "6-7", "7-8"]);
  expect(await scene.lines()).toMatchObject({ plans: 100_000_000n });
});

test("PAY-4 plans granted to one Organization at the same moment, beside a tick, wait for one another", async () => {
  const scene = await begin();
  const { organizationId, shard } = scene.organization;
  await scene.start(NOW, HOUR);
  const database = openDatabase(postgres.get().url, { max: 9 });
  const plan = { organizationId, amount: 1_000_000n, currency: "USD", period: DAY } as const;
  const startsAt = new Date("2026-05-04T10:01:00Z");
  const grants = Array.from({ length: 8 }, () =>
    at(database, startsAt, (tx) => grantPlan(tx, { ...plan, renews: false, startsAt })),
  );
  await Promise.all([...grants, tickAt(database, shard, startsAt)]);
  await database.close();
  expect(await scene.lines()).toMatchObject({ plans: 8_000_000n, topUp: -1_000_000n });
});

test("WAL-4 each period is converted when it is granted, to the currency that the Wallet has by then", async () => {
  const scene = await begin();
  await grant(scene, { amount: 30_000_000_000n, currency: "JPY" });
  const { organizationId } = scene.organization;
  const toUsd = RATES("JPY", "USD", new Date(NOW));
  expect(await scene.lines()).toMatchObject({ plans: convert(30_000_000_000n, toUsd) });
  const topUp = { amount: 1_000_000n, currency: "VND" as const, rates: RATES, key: newId() };
  await scene.at("2026-05-04T12:00:00Z", (tx) => settleTopUp(tx, { organizationId, ...topUp }));
  await scene.tick("2026-05-05T10:00:00Z");
  const toVnd = RATES("JPY", "VND", new Date(NOW));
  expect(await scene.lines()).toMatchObject({ plans: convert(30_000_000_000n, toVnd) });
});

test("PAY-4 a period that is worth nothing, or more than a Wallet holds, is passed over", async () => {
  const [nothing, much] = [await begin(), await begin()];
  const startsAt = new Date("2026-05-04T12:00:00Z");
  await grant(nothing, { amount: 3n, currency: "VND", startsAt });
  await grant(much, { amount: 10n ** 18n, startsAt });
  for (const scene of [nothing, much]) await scene.tick("2026-05-05T13:00:00Z");
  expect(await periodsOf(nothing)).toEqual([]);
  expect(await periodsOf(much)).toEqual([]);
});
