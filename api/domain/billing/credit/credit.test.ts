import { expect, test } from "vitest";
import { fundsOf } from "#domain/billing/wallet/funds.ts";
import { Scene, testDatabase } from "#domain/billing/testing/fixture.ts";
import { walletView } from "#domain/billing/wallet/wallet-view.ts";

const postgres = testDatabase();
const NOW = "2026-05-04T10:00:00Z";
const HOUR = 60_000_000n; // One unit of currency a minute.
const begin = () => Scene.begin(postgres.database, NOW);
const SOON = "2026-05-10T00:00:00Z";
const LATER = "2026-05-20T00:00:00Z";

test("WAL-1 plans are consumed before vouchers, vouchers before top-up", async () => {
  const scene = await begin();
  await scene.grant(NOW, 10_000_000n, { kind: "topUp" });
  await scene.grant(NOW, 2_000_000n, { expiresAt: SOON });
  await scene.grant(NOW, 1_500_000n, { kind: "plan" });
  await scene.start(NOW, HOUR);
  const after = async (minute: number) => {
    await scene.tick(`2026-05-04T10:0${minute}:00Z`);
    return Object.values(await scene.lines());
  };
  expect(await after(1)).toEqual([500_000n, 2_000_000n, 10_000_000n]);
  expect(await after(2)).toEqual([0n, 1_500_000n, 10_000_000n]);
  expect(await after(4)).toEqual([0n, 0n, 9_500_000n]);
});

test("WAL-2 scoped vouchers come before general ones, then the earliest expiry, then the oldest", async () => {
  const scene = await begin();
  const general = await scene.grant(NOW, 1_000_000n, { expiresAt: SOON });
  const oldest = await scene.grant("2026-05-04T10:00:01Z", 1_000_000n, {
    expiresAt: LATER,
    services: ["notebook"],
  });
  const younger = await scene.grant("2026-05-04T10:00:02Z", 1_000_000n, {
    expiresAt: LATER,
    services: ["notebook"],
  });
  const soonest = await scene.grant("2026-05-04T10:00:03Z", 1_000_000n, {
    expiresAt: SOON,
    services: ["notebook"],
  });
  const unfit = await scene.grant("2026-05-04T10:00:03Z", 1_000_000n, {
    expiresAt: SOON,
    services: ["container"],
  });
  await scene.start("2026-05-04T10:00:05Z", HOUR);
  const order = [soonest, oldest, younger, general];
  for (const [i, credit] of order.entries()) {
    await scene.tick(`2026-05-04T10:0${i + 1}:00Z`);
    expect(await scene.remaining(credit)).toBe(0n);
    for (const next of order.slice(i + 1)) expect(await scene.remaining(next)).toBe(1_000_000n);
  }
  await scene.tick("2026-05-04T10:05:00Z");
  expect(await scene.remaining(unfit)).toBe(1_000_000n);
  expect(await scene.lines()).toMatchObject({ vouchers: 1_000_000n, topUp: -1_000_000n });
});

test("WAL-2 a charge that a voucher covers in part spills to the next source, and never below zero", async () => {
  const scene = await begin();
  await scene.grant(NOW, 300_000n, { expiresAt: SOON, services: ["notebook"] });
  await scene.grant(NOW, 300_000n, { expiresAt: SOON });
  await scene.start(NOW, HOUR);
  await scene.tick("2026-05-04T10:01:00Z");
  expect(await scene.lines()).toEqual({ plans: 0n, vouchers: 0n, topUp: -400_000n });
});

test("WAL-2 expired credit is never spent, also when the charge is computed late", async () => {
  const scene = await begin();
  const voucher = await scene.grant(NOW, 60_000_000n, { expiresAt: "2026-05-04T10:10:30Z" });
  await scene.start(NOW, HOUR);
  await scene.tick("2026-05-04T12:00:00Z");
  // It pays the minute 10:10, which begins before its expiry, and none after.
  expect(await scene.remaining(voucher)).toBe(49_000_000n);
  expect(await scene.lines()).toEqual({ plans: 0n, vouchers: 0n, topUp: -109_000_000n });
});

test("BIL-2 credit pays no minute that ended before its grant, also when the charge is computed late", async () => {
  const scene = await begin();
  await scene.start(NOW, HOUR);
  const voucher = await scene.grant("2026-05-04T10:05:30Z", 60_000_000n, { expiresAt: SOON });
  await scene.tick("2026-05-04T10:10:00Z");
  expect(await scene.remaining(voucher)).toBe(55_000_000n);
  expect(await scene.lines()).toMatchObject({ topUp: -5_000_000n });
});

test("BIL-8 what a Service could spend: plans, vouchers that fit it, and top-up with its debt", async () => {
  const scene = await begin();
  const { organizationId } = scene.organization;
  await scene.grant(NOW, 7_000_000n, { kind: "plan" });
  await scene.grant(NOW, 5_000_000n, { expiresAt: SOON });
  await scene.grant(NOW, 3_000_000n, { expiresAt: "2026-05-04T10:00:30Z", services: ["notebook"] });
  await scene.grant(NOW, 100_000_000n, { kind: "plan", startsAt: LATER });
  await scene.database.pool.query(
    "update wallets set top_up = -1000000 where organization_id = $1",
    [organizationId],
  );
  const available = (now: string) =>
    scene.at(now, async (tx) => (await fundsOf(tx, organizationId)).available);
  expect(await available("2026-05-04T10:00:29Z")).toEqual({
    notebook: 14_000_000n,
    container: 11_000_000n,
    inference: 11_000_000n,
  });
  // Expired, though no tick has swept it yet.
  expect((await available("2026-05-04T10:00:30Z")).notebook).toBe(11_000_000n);
});

test("WAL-7 the Wallet shows what burns per hour and when it reaches zero", async () => {
  const scene = await begin();
  await scene.grant(NOW, 30_000_000n, { kind: "topUp" });
  await scene.grant(NOW, 30_000_000n, { expiresAt: "2026-05-04T10:01:00Z" });
  await scene.start(NOW, HOUR);
  await scene.start(NOW, HOUR);
  const view = (now: string) =>
    scene.at(now, (tx) => walletView(tx, scene.organization.organizationId));
  expect(await view(NOW)).toMatchObject({
    currency: "USD",
    currencyFixed: true,
    balances: { plans: 0n, vouchers: 30_000_000n, topUp: 30_000_000n },
    total: 60_000_000n,
    burnPerHour: 2n * HOUR,
    // A minute on the voucher, which expires then, and fifteen on top-up.
    runsOutAt: new Date("2026-05-04T10:16:00Z"),
    chargedUntil: new Date(NOW),
  });
  expect((await view("2026-05-04T10:01:00Z")).balances.vouchers).toBe(0n);
});

test("WAL-7 a runway beyond the year 9999 is no date", async () => {
  const scene = await begin();
  await scene.grant(NOW, 20_000_000_000n, { kind: "topUp" });
  await scene.start(NOW, 200n);
  const view = await scene.at(NOW, (tx) => walletView(tx, scene.organization.organizationId));
  expect(view).toMatchObject({ burnPerHour: 200n, runsOutAt: null });
});

test("WAL-6 a grant asked for again under the same key is booked once", async () => {
  const scene = await begin();
  const grants = Array.from({ length: 10 }, () =>
    scene.grant(NOW, 5_000_000n, { kind: "topUp", key: "payment 1" }),
  );
  const ids = new Set((await Promise.all(grants)).map((credit) => credit.id));
  expect(ids.size).toBe(1);
  expect((await scene.lines()).topUp).toBe(5_000_000n);
});
