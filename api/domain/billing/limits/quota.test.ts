import { expect, test } from "vitest";
import { checkQuota } from "./check-quota.ts";
import { quotaPeriod } from "./quota-period.ts";
import { quotaSpent } from "./quota-spent.ts";
import { Scene, testDatabase } from "#domain/billing/testing/fixture.ts";

const postgres = testDatabase();

const spent = (scene: Scene, period: "day" | "month", now: string) =>
  scene.at(now, (tx) => quotaSpent(tx, scene.organization.workspaceIds[0]!, period, tx.now));

const check = (
  scene: Scene,
  now: string,
  request: { verb?: "create" | "start"; showSpending?: boolean } = {},
) =>
  scene.at(now, (tx) =>
    checkQuota(tx, {
      workspaceId: scene.organization.workspaceIds[0]!,
      verb: "create",
      showSpending: false,
      ...request,
    }),
  );

const setQuota = (
  { database, organization }: Scene,
  period: string,
  limit: bigint,
  enforceOnStart = false,
) =>
  database.pool.query(
    `insert into quotas (organization_id, workspace_id, period, limit_usd_micros, enforce_on_start, updated_at)
     values ($1, $2, $3, $4, $5, now())
     on conflict (workspace_id) do update set period = $3, limit_usd_micros = $4, enforce_on_start = $5`,
    [organization.organizationId, organization.workspaceIds[0], period, limit, enforceOnStart],
  );

test("QUO-3 spending is counted in USD, in the period of the charged minute, from whatever credit", async () => {
  const scene = await Scene.begin(postgres.database, "2026-05-31T23:00:00Z", { currency: "JPY" });
  await scene.grant("2026-05-31T23:00:00Z", 900_000_000n, { expiresAt: "2026-06-01T00:10:00Z" });
  await scene.start("2026-05-31T23:50:00Z", 9_300_000_001n, { priceUsdPerHour: 60_000_007n });
  await scene.tick("2026-06-01T00:30:00Z");
  const usd = (minutes: bigint) => (60_000_007n * minutes) / 60n;
  expect(await spent(scene, "day", "2026-05-31T23:59:59Z")).toBe(usd(10n));
  expect(await spent(scene, "month", "2026-05-31T12:00:00Z")).toBe(usd(10n));
  expect(await spent(scene, "day", "2026-06-01T00:00:00Z")).toBe(usd(40n) - usd(10n));
  expect(await spent(scene, "month", "2026-06-30T23:59:59Z")).toBe(usd(40n) - usd(10n));
  expect(await spent(scene, "day", "2026-06-02T00:00:00Z")).toBe(0n);
});

test("QUO-3 what a late stop gives back counts on the day it was charged for", async () => {
  const scene = await Scene.begin(postgres.database, "2026-05-31T23:00:00Z");
  const resource = await scene.start("2026-05-31T23:50:00Z", 60_000_000n);
  await scene.tick("2026-06-01T00:30:00Z");
  await scene.stop(resource, "2026-05-31T23:55:00Z", "2026-06-01T00:30:30Z");
  await scene.tick("2026-06-01T00:31:00Z");
  expect(await spent(scene, "day", "2026-05-31T12:00:00Z")).toBe(5_000_000n);
  expect(await spent(scene, "day", "2026-06-01T12:00:00Z")).toBe(0n);
});

test("QUO-2 at 100 % creation is refused until the period ends; limit and spending are told to those who may see them", async () => {
  const scene = await Scene.begin(postgres.database, "2026-05-04T10:00:00Z");
  await setQuota(scene, "day", 10_000_000n);
  await scene.start("2026-05-04T10:00:00Z", 60_000_000n);
  await scene.tick("2026-05-04T10:09:00Z");
  await expect(check(scene, "2026-05-04T10:09:01Z")).resolves.toBeUndefined();
  await scene.tick("2026-05-04T10:10:00Z");
  const resetsAt = "2026-05-05T00:00:00.000Z";
  await expect(check(scene, "2026-05-04T10:10:01Z")).rejects.toMatchObject({
    code: "quota_exceeded",
    details: { resetsAt },
  });
  await expect(check(scene, "2026-05-04T10:10:01Z", { showSpending: true })).rejects.toMatchObject({
    details: {
      resetsAt,
      limit: { amount: "10.00", currency: "USD" },
      spent: { amount: "10.00", currency: "USD" },
    },
  });
  await expect(check(scene, resetsAt)).resolves.toBeUndefined();
});

test("QUO-2 a start is refused only where the Quota is enforced on start", async () => {
  const scene = await Scene.begin(postgres.database, "2026-05-04T10:00:00Z");
  await scene.start("2026-05-04T10:00:00Z", 60_000_000n);
  await scene.tick("2026-05-04T10:01:00Z");
  await setQuota(scene, "month", 1_000_000n);
  await expect(check(scene, "2026-05-04T10:01:01Z", { verb: "start" })).resolves.toBeUndefined();
  await setQuota(scene, "month", 1_000_000n, true);
  await expect(check(scene, "2026-05-04T10:01:01Z", { verb: "start" })).rejects.toMatchObject({
    code: "quota_exceeded",
  });
});

test("QUO-3 setting a Quota again, or for another period, forgets nothing", async () => {
  const scene = await Scene.begin(postgres.database, "2026-05-03T10:00:00Z");
  await scene.start("2026-05-03T23:00:00Z", 60_000_000n);
  await scene.tick("2026-05-04T01:00:00Z");
  await setQuota(scene, "day", 61_000_000n);
  await expect(check(scene, "2026-05-04T01:00:01Z")).resolves.toBeUndefined();
  await setQuota(scene, "month", 120_000_000n);
  await expect(check(scene, "2026-05-04T01:00:01Z")).rejects.toMatchObject({
    code: "quota_exceeded",
  });
});

test("QUO-3 periods begin at 00:00 UTC of their first day", () => {
  const at = new Date("2026-12-31T23:59:59.999Z");
  const [day, month] = [new Date("2026-12-31T00:00:00Z"), new Date("2026-12-01T00:00:00Z")];
  const resetsAt = new Date("2027-01-01T00:00:00Z");
  expect(quotaPeriod("day", at)).toEqual({ startsAt: day, resetsAt });
  expect(quotaPeriod("month", at)).toEqual({ startsAt: month, resetsAt });
});
