import { expect, test } from "vitest";
import { openDatabase } from "#db/database.ts";
import { newId } from "#domain/ids.ts";
import { convert } from "./convert.ts";
import { issueVoucher } from "#domain/billing/credit/issue-voucher.ts";
import { fromMinorUnits } from "#domain/billing/units/minor-units.ts";
import { minuteOf } from "#domain/billing/units/minute.ts";
import type { Currency } from "#domain/billing/units/money.ts";
import { resizeRun } from "#domain/billing/runs/resize-run.ts";
import { redeemVoucher } from "#domain/billing/credit/redeem-voucher.ts";
import { settleTopUp } from "#domain/billing/credit/settle-top-up.ts";
import { Scene, testDatabase } from "#domain/billing/testing/fixture.ts";
import { at, gpuRun, RATES, setPrice, tickAt, reportRun } from "#domain/billing/testing/world.ts";

const postgres = testDatabase();
const NOW = "2026-05-04T10:00:00Z";
const SOON = "2026-05-10T00:00:00Z";
const HOUR = 60_000_000n; // One dollar a minute.
const toVnd = RATES("USD", "VND", new Date(NOW));
const begin = () => Scene.begin(postgres.database, NOW);

const settle = (scene: Scene, now: string, amount: bigint, currency: Currency, key = newId()) =>
  scene.at(now, (tx) => {
    const { organizationId } = scene.organization;
    return settleTopUp(tx, { organizationId, amount, currency, rates: RATES, key });
  });

const query = async (scene: Scene, text: string) =>
  (await scene.database.pool.query(text, [scene.organization.organizationId])).rows;

test("WAL-4 the first top-up in another currency converts each line once, rounded down, by a balanced entry", async () => {
  const scene = await begin();
  await scene.grant(NOW, 1_000_001n, { expiresAt: SOON });
  await scene.grant(NOW, 1_000_003n, { expiresAt: SOON, services: ["notebook"] });
  await scene.grant(NOW, 7n, { kind: "plan" });
  await settle(scene, NOW, 155_000_000n, "JPY");
  const rate = RATES("USD", "JPY", new Date(NOW));
  expect(await scene.lines()).toEqual({
    plans: convert(7n, rate),
    vouchers: convert(2_000_004n, rate),
    topUp: 155_000_000n,
  });
  const [wallet] = await query(
    scene,
    "select currency, currency_fixed_at from wallets where organization_id = $1",
  );
  expect(wallet).toEqual({ currency: "JPY", currency_fixed_at: new Date(NOW) });
  const entries = await query(
    scene,
    `select e.kind, p.currency, sum(p.amount)::bigint as sum, count(*)::integer as postings
     from ledger_entries e join ledger_postings p using (organization_id, at, seq)
     where e.organization_id = $1 and e.kind = 'conversion' group by e.seq, e.kind, p.currency order by p.currency`,
  );
  expect(entries).toEqual([
    { kind: "conversion", currency: "JPY", sum: 0n, postings: 6 },
    { kind: "conversion", currency: "USD", sum: 0n, postings: 6 },
  ]);
});

test("WAL-4 credit says what it was granted as, and at which rate it was converted", async () => {
  const scene = await begin();
  await scene.grant(NOW, 2_000_000n, { expiresAt: SOON });
  const { code } = await scene.at(NOW, (tx) =>
    issueVoucher(tx, { amount: 300_000_000n, currency: "JPY", expiresAt: new Date(SOON) }),
  );
  const { organizationId } = scene.organization;
  await scene.at(NOW, (tx) => redeemVoucher(tx, { organizationId, code, rates: RATES }));
  await settle(scene, NOW, 1_000_000n, "VND");
  const credits = await query(
    scene,
    `select currency, amount, original_amount, original_currency, rate from credits
     where organization_id = $1 and kind = 'voucher' order by id`,
  );
  const fromJpy = RATES("JPY", "USD", new Date(NOW));
  expect(credits[0]).toEqual({
    currency: "VND",
    amount: convert(2_000_000n, toVnd),
    original_amount: 2_000_000n,
    original_currency: "USD",
    rate: toVnd,
  });
  expect(credits[1]).toMatchObject({
    currency: "VND",
    amount: convert(convert(300_000_000n, fromJpy), toVnd),
    original_amount: 300_000_000n,
    original_currency: "JPY",
    rate: fromJpy,
  });
  const [fixing] = await query(scene, "select * from currency_fixings where organization_id = $1");
  expect(fixing).toMatchObject({ from_currency: "USD", to_currency: "VND", rate: toVnd });
});

test("WAL-4 what runs goes on at the minute in the new currency's own price; what was uncharged stays in the old one", async () => {
  const scene = await begin();
  const product = newId();
  const prices = { VND: 60_000_000_000n, USD: HOUR, JPY: 1n };
  await scene.at(NOW, (tx) => setPrice(tx, { kind: "gpu", item: product, minute: 0, prices }));
  const resourceId = await scene.start("2026-05-04T10:00:30Z", HOUR, { product });
  await scene.start("2026-05-04T10:05:10Z", HOUR, { product });
  const unlisted = await scene.start("2026-05-04T10:04:00Z", HOUR);
  await settle(scene, "2026-05-04T10:05:20Z", 10_000_000_000n, "VND");
  // 10:00 to 10:04 of the first, 10:04 of the third, at one dollar a minute.
  expect(await scene.lines()).toMatchObject({
    topUp: convert(-6_000_000n, toVnd) + 10_000_000_000n,
  });
  await scene.tick("2026-05-04T10:07:00Z");
  const perMinute = 1_000_000_000n;
  const ofUnlisted = convert(HOUR, toVnd) / 60n;
  expect(await scene.lines()).toMatchObject({
    topUp: convert(-6_000_000n, toVnd) + 10_000_000_000n - 4n * perMinute - 2n * ofUnlisted,
  });
  const runs = await query(
    scene,
    `select subject_id, currency, started_at, ended_at, running_since from usage_runs
     where organization_id = $1 and (ended_at is null or ended_at > started_at) order by started_at, currency`,
  );
  const ofFirst = runs.filter((run) => run.subject_id === resourceId);
  const moment = new Date("2026-05-04T10:05:00Z");
  expect(ofFirst).toMatchObject([
    { currency: "USD", ended_at: moment },
    {
      currency: "VND",
      started_at: moment,
      ended_at: null,
      running_since: new Date("2026-05-04T10:00:30Z"),
    },
  ]);
  expect(runs.filter((run) => run.subject_id === unlisted)).toHaveLength(2);
  expect(runs).toHaveLength(5);
});

test("WAL-4 a stop before the fixing that is reported after it gives back at the recorded rate, to who paid", async () => {
  const scene = await begin();
  const voucher = await scene.grant(NOW, 3_500_000n, { expiresAt: SOON });
  const resource = await scene.start(NOW, HOUR);
  await settle(scene, "2026-05-04T10:05:20Z", 10_000_000_000n, "VND");
  await scene.tick("2026-05-04T10:08:00Z");
  await scene.stop(resource, "2026-05-04T10:01:30Z", "2026-05-04T10:08:10Z");
  await scene.tick("2026-05-04T10:09:00Z");
  expect(await scene.remaining(voucher)).toBe(convert(1_500_000n, toVnd));
  expect(await scene.lines()).toMatchObject({ topUp: 10_000_000_000n });
});

test("WAL-4 a size from before the fixing that is seen after it is charged in both currencies", async () => {
  const scene = await begin();
  const subjectId = await scene.start(NOW, HOUR);
  await settle(scene, "2026-05-04T10:05:20Z", 10_000_000_000n, "VND");
  await scene.tick("2026-05-04T10:06:00Z");
  const { shard } = scene.organization;
  const resize = { shard, kind: "gpu" as const, subjectId, quantity: 2 };
  await scene.at("2026-05-04T10:06:10Z", (tx) =>
    resizeRun(tx, { ...resize, at: new Date("2026-05-04T10:02:00Z") }),
  );
  await scene.tick("2026-05-04T10:08:00Z");
  // 2 minutes of one and 3 of two in dollars, then 3 of two in dong.
  const dollars = convert(1_000_000n, toVnd);
  expect(await scene.lines()).toMatchObject({ topUp: 10_000_000_000n - (2n + 6n + 6n) * dollars });
});

test("WAL-4 a start before the fixing that is reported after it is charged in the new currency", async () => {
  const scene = await begin();
  await settle(scene, "2026-05-04T10:05:20Z", 10_000_000_000n, "VND");
  await scene.tick("2026-05-04T10:06:00Z");
  await scene.start("2026-05-04T10:02:30Z", 60_000_000n, {
    currency: "VND",
    reportedAt: "2026-05-04T10:06:10Z",
  });
  await scene.tick("2026-05-04T10:08:00Z");
  expect(await scene.lines()).toMatchObject({ topUp: 10_000_000_000n - 6_000_000n });
});

test("WAL-4 a top-up in the provisional currency fixes it and converts nothing; later ones are converted to it", async () => {
  const scene = await begin();
  await scene.grant(NOW, 1_000_000n, { expiresAt: SOON });
  await settle(scene, NOW, 5_000_000n, "USD");
  const later = await settle(scene, NOW, 25_400_000_000n, "VND");
  expect(later).toMatchObject({ currency: "USD" });
  expect(await scene.lines()).toMatchObject({
    vouchers: 1_000_000n,
    topUp: 5_000_000n + later.amount,
  });
  expect(await query(scene, "select from currency_fixings where organization_id = $1")).toEqual([]);
});

test.each([
  ["JPY", 3000n, 3_000_000_000n],
  ["VND", 500_000n, 500_000_000_000n],
  ["USD", 2500n, 25_000_000n],
] as const)(
  "WAL-5 what a gateway counts as %s %d is that in the Wallet",
  async (currency, minor, micros) => {
    const scene = await begin();
    await settle(scene, NOW, fromMinorUnits(minor, currency), currency);
    expect(await scene.lines()).toEqual({ plans: 0n, vouchers: 0n, topUp: micros });
  },
);

test("WAL-4 a payment that is settled again under its key is credited once, and fixes once", async () => {
  const scene = await begin();
  await Promise.all(
    Array.from({ length: 10 }, () => settle(scene, NOW, 10n ** 9n, "JPY", "payment 1")),
  );
  expect(await scene.lines()).toMatchObject({ topUp: 10n ** 9n });
});

test("WAL-4 the database refuses every other change of currency", async () => {
  const scene = await begin();
  await scene.grant(NOW, 1_000_000n, { expiresAt: SOON });
  await scene.start(NOW, HOUR);
  const refused = async (statement: string, code: string) =>
    expect(query(scene, statement)).rejects.toMatchObject({ code });
  const both = async () => {
    await refused("update wallets set currency = 'JPY' where organization_id = $1", "AF001");
    await refused(
      "update wallets set currency = 'JPY', currency_fixed_at = now() where organization_id = $1",
      "AF001",
    );
    await refused("update credits set currency = 'JPY' where organization_id = $1", "AF004");
    await refused("update usage_runs set currency = 'JPY' where organization_id = $1", "AF004");
  };
  await both();
  await settle(scene, NOW, 1_000_000n, "VND");
  await both();
  await refused("update wallets set currency_fixed_at = null where organization_id = $1", "AF001");
  await refused("update currency_fixings set rate = 1 where organization_id = $1", "42501");
  await refused("delete from currency_fixings where organization_id = $1", "42501");
});

test("WAL-4 a Wallet that holds more than the other currency can count is not converted", async () => {
  const scene = await begin();
  await scene.grant(NOW, 10n ** 14n, { expiresAt: SOON });
  await expect(settle(scene, NOW, 1_000_000n, "VND")).rejects.toMatchObject({
    code: "balance_too_large",
  });
  expect(await scene.lines()).toEqual({ plans: 0n, vouchers: 10n ** 14n, topUp: 0n });
});

test("WAL-4 fixed once, however many top-ups, redemptions, ticks and starts come at the same moment", async () => {
  const scene = await begin();
  const { organizationId, shard } = scene.organization;
  const expiresAt = new Date(SOON);
  const codes: string[] = [];
  for (let i = 0; i < 20; i++) {
    const voucher = { amount: 1_000_000n + BigInt(i), currency: "USD" as const, expiresAt };
    codes.push((await scene.at(NOW, (tx) => issueVoucher(tx, voucher))).code);
  }
  await scene.start(NOW, HOUR);
  const database = openDatabase(postgres.get().url, { max: 40 });
  const later = "2026-05-04T10:05:30Z";
  const currencies: Currency[] = ["VND", "JPY", "VND", "JPY", "USD"];
  const work = [
    ...codes.map(
      (code) => () =>
        at(database, later, (tx) => redeemVoucher(tx, { organizationId, code, rates: RATES })),
    ),
    ...currencies.map(
      (currency) => () =>
        at(database, later, (tx) =>
          settleTopUp(tx, {
            organizationId,
            amount: 10n ** 9n,
            currency,
            rates: RATES,
            key: newId(),
          }),
        ),
    ),
    ...["10:03", "10:04", "10:05", "10:06"].map(
      (time) => () => tickAt(database, shard, `2026-05-04T${time}:00Z`),
    ),
    ...Array.from(
      { length: 8 },
      () => () =>
        at(database, later, async (tx) => {
          await tx.client.query("select hold_shard($1)", [shard]);
          const { rows } = await tx.client.query(
            "select currency from wallets where organization_id = $1",
            [organizationId],
          );
          const run = { resourceId: newId(), startedAt: later, pricePerHour: HOUR, ...rows[0] };
          await reportRun(tx, gpuRun(scene.organization, run));
        }),
    ),
  ];
  const outcomes = await Promise.allSettled(
    work.toSorted(() => Math.random() - 0.5).map((it) => it()),
  );
  await database.close();
  expect(outcomes.filter(({ status }) => status === "rejected")).toEqual([]);
  await scene.tick("2026-05-04T10:10:00Z");
  const [wallet] = await query(scene, "select * from wallets where organization_id = $1");
  const [sums] = await query(
    scene,
    `select sum(amount) filter (where account = 'vouchers')::bigint as vouchers,
       sum(amount) filter (where account = 'topUp')::bigint as top_up
     from ledger_postings join wallets using (organization_id, currency) where organization_id = $1`,
  );
  expect(sums).toEqual({ vouchers: wallet.vouchers, top_up: wallet.top_up });
  const [{ others }] = await query(
    scene,
    `select count(*)::integer as others from credits c join wallets w using (organization_id)
     where organization_id = $1 and c.currency <> w.currency`,
  );
  expect(others).toBe(0);
  const stray = await query(
    scene,
    `select from usage_runs r join wallets w using (organization_id)
     where organization_id = $1 and r.tick_until > ${minuteOf(new Date("2026-05-04T10:06:00Z"))} and r.currency <> w.currency`,
  );
  expect(stray).toEqual([]);
}, 60_000);
