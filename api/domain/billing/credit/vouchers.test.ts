import { expect, test } from "vitest";
import { openDatabase } from "#db/database.ts";
import { issueVoucher } from "./issue-voucher.ts";
import type { Currency } from "#domain/billing/units/money.ts";
import { redeemVoucher } from "./redeem-voucher.ts";
import { Scene, testDatabase } from "#domain/billing/testing/fixture.ts";
import { at, RATES } from "#domain/billing/testing/world.ts";

const postgres = testDatabase();
const NOW = "2026-05-04T10:00:00Z";
const EXPIRY = new Date("2026-05-05T00:00:00Z");

const issue = (scene: Scene, currency: Currency = "USD", amount = 5_000_000n) =>
  scene.at(NOW, (tx) =>
    issueVoucher(tx, { amount, currency, expiresAt: EXPIRY, services: ["notebook"] }),
  );

const redeem = (scene: Scene, code: string, now = NOW) =>
  scene.at(now, (tx) =>
    redeemVoucher(tx, { organizationId: scene.organization.organizationId, code, rates: RATES }),
  );

test("WAL-2 codes are ten capital letters and digits, and no two alike", async () => {
  const scene = await Scene.begin(postgres.database, NOW);
  const vouchers = await Promise.all(Array.from({ length: 200 }, () => issue(scene)));
  for (const { code } of vouchers) expect(code).toMatch(/^[A-Z0-9]{10}$/);
  expect(new Set(vouchers.map(({ code }) => code)).size).toBe(200);
});

test("WAL-2 100 redemptions of one voucher at the same moment credit once", async () => {
  const scene = await Scene.begin(postgres.database, NOW);
  const other = await Scene.begin(postgres.database, NOW);
  const { code } = await issue(scene);
  const database = openDatabase(postgres.get().url, { max: 50 });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 100 }, (_, i) => {
      const { organizationId } = (i % 2 ? scene : other).organization;
      return at(database, NOW, (tx) => redeemVoucher(tx, { organizationId, code, rates: RATES }));
    }),
  );
  await database.close();
  expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1);
  for (const outcome of outcomes) {
    if (outcome.status === "rejected")
      expect(outcome.reason).toMatchObject({ code: "voucher_used" });
  }
  const [a, b] = [await scene.lines(), await other.lines()];
  expect(a.vouchers + b.vouchers).toBe(5_000_000n);
});

test("WAL-2 an unknown code, and one that has expired, credit nothing", async () => {
  const scene = await Scene.begin(postgres.database, NOW);
  const { code } = await issue(scene);
  await expect(redeem(scene, "AAAAAAAAAA")).rejects.toMatchObject({ code: "voucher_not_found" });
  await expect(redeem(scene, code, EXPIRY.toISOString())).rejects.toMatchObject({
    code: "voucher_expired",
  });
  expect((await scene.lines()).vouchers).toBe(0n);
});

test("WAL-4 a voucher in another currency is converted when it is granted, at the recorded rate, rounded down", async () => {
  const scene = await Scene.begin(postgres.database, NOW, { currency: "USD" });
  const { code } = await issue(scene, "VND", 254_000_000_001n);
  const credit = await redeem(scene, code);
  const { rows } = await scene.database.pool.query(
    "select amount, currency, original_amount, original_currency, rate from credits where id = $1",
    [credit.id],
  );
  expect(rows[0]).toEqual({
    amount: (254_000_000_001n * 39_370_078n) / 10n ** 12n,
    currency: "USD",
    original_amount: 254_000_000_001n,
    original_currency: "VND",
    rate: "0.000039370078",
  });
  expect((await scene.lines()).vouchers).toBe(rows[0].amount);
});

test("WAL-2 what a voucher pays for comes with its credit", async () => {
  const scene = await Scene.begin(postgres.database, NOW);
  const { code } = await issue(scene);
  expect(await redeem(scene, code)).toMatchObject({
    services: ["notebook"],
    expiresAt: EXPIRY,
    remaining: 5_000_000n,
  });
});

test("WAL-2 a voucher may expire as late as a date can be written", async () => {
  const scene = await Scene.begin(postgres.database, NOW);
  const expiresAt = new Date("9999-12-31T23:59:59Z");
  const { code } = await scene.at(NOW, (tx) =>
    issueVoucher(tx, { amount: 5_000_000n, currency: "USD", expiresAt }),
  );
  expect(await redeem(scene, code)).toMatchObject({ expiresAt, remaining: 5_000_000n });
  await scene.start(NOW, 60_000_000n);
  await scene.tick("2026-05-04T10:02:00Z");
  expect((await scene.lines()).vouchers).toBe(3_000_000n);
});

test("WAL-5 a Wallet refuses credit beyond its limit, and the voucher stays good", async () => {
  const scene = await Scene.begin(postgres.database, NOW);
  const most = 999_999_999_999_999_999n;
  const first = await issue(scene, "USD", most);
  expect(await redeem(scene, first.code)).toMatchObject({ remaining: most });
  const more = await issue(scene, "USD", 1n);
  await expect(redeem(scene, more.code)).rejects.toMatchObject({ code: "balance_too_large" });
  const inDong = await Scene.begin(postgres.database, NOW, { currency: "VND" });
  const converted = await issue(scene, "USD", most);
  await expect(redeem(inDong, converted.code)).rejects.toMatchObject({ code: "balance_too_large" });
  expect((await scene.lines()).vouchers).toBe(most);
  const other = await Scene.begin(postgres.database, NOW);
  expect(await redeem(other, more.code)).toMatchObject({ remaining: 1n });
});
