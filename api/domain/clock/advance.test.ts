import { afterAll, beforeAll, expect, test } from "vitest";
import { withTenant } from "#db/tenant.ts";
import { fundsOf } from "#domain/billing/wallet/funds.ts";
import {
  createContainer,
  insertTenant,
  rowOf,
  runsOf,
  startWorkerSite,
  type WorkerSite,
} from "../../../test/support/worker-site.ts";
import { advanceClock } from "./advance.ts";
import { holdClock } from "./hold-clock.ts";

let site: WorkerSite;
beforeAll(async () => {
  site = await startWorkerSite();
});
afterAll(() => site?.close());

const advance = (seconds: number) =>
  advanceClock({ site: { ...site, simulated: true }, worker: site.worker, seconds });

test("ID-5 the clock of a site that is not simulated cannot be moved", async () => {
  const before = await site.now();
  await expect(
    advanceClock({ site: { ...site, simulated: false }, worker: site.worker, seconds: 60 }),
  ).rejects.toMatchObject({ code: "clock_not_movable" });
  expect((await site.now()).getTime() - before.getTime()).toBeLessThan(10_000);
});

test("BIL-3 it moves at least as far as asked, never backwards, and answers when all is quiet", async () => {
  const id = await createContainer(site);
  const start = await site.now();
  const now = await advance(90);
  expect(now.getTime()).toBeGreaterThanOrEqual(start.getTime() + 90_000);
  expect((await rowOf(site, id)).status).toBe("RUNNING");
  await holdClock(site.database, (clock) => clock.moveTo(start));
  expect((await site.now()).getTime()).toBeGreaterThanOrEqual(now.getTime());
});

test("BIL-3 two who move it at once wait for each other", async () => {
  const start = await site.now();
  await Promise.all([advance(60), advance(60)]);
  expect((await site.now()).getTime()).toBeGreaterThanOrEqual(start.getTime() + 120_000);
});

test("BIL-2 a moved hour is charged minute by minute, each once", async () => {
  const tenant = { ...site, ...(await insertTenant(site.database)) };
  const id = await createContainer(tenant);
  await advance(3600);
  const { runningSince } = await rowOf(site, id);
  const now = await site.now();
  const minutes = Math.floor(now.getTime() / 60_000) - Math.floor(runningSince!.getTime() / 60_000);
  const spent = 1_000_000_000n - (await balanceOf(tenant.organizationId));
  expect(spent).toBe((2_500_000n * BigInt(minutes)) / 60n);
  expect(await runsOf(site, id)).toHaveLength(1);
});

test("BIL-5 what cannot be paid any more is stopped within a minute of the moved time", async () => {
  // One dollar lasts for 24 minutes at 2.50 an hour.
  const tenant = { ...site, ...(await insertTenant(site.database, 1n)) };
  const id = await createContainer(tenant);
  await advance(3600);
  const row = await rowOf(site, id);
  expect(row).toMatchObject({
    status: "STOPPED",
    stopCause: "insufficientBalance",
    statusReason: { code: "insufficientBalance" },
  });
  const first = Math.floor(row.runningSince!.getTime() / 60_000);
  expect(Math.floor(row.stoppedAt!.getTime() / 60_000) - first).toBe(24);
  expect(row.stoppedAt!.getTime() % 60_000).toBeLessThan(5000);
});

async function balanceOf(organizationId: string): Promise<bigint> {
  const { available } = await withTenant(site.database, organizationId, (tx) =>
    fundsOf(tx, organizationId),
  );
  return available.container;
}
