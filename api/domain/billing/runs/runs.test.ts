import { expect, test } from "vitest";
import { newId } from "#domain/ids.ts";
import { closeRun } from "./close-run.ts";
import { resizeRun } from "./resize-run.ts";
import { Scene, testDatabase } from "#domain/billing/testing/fixture.ts";
import { gpuRun, reportRun } from "#domain/billing/testing/world.ts";

const postgres = testDatabase();
const HOUR = 60_000_000n; // One unit of currency a minute.
const begin = () => Scene.begin(postgres.database, "2026-05-04T10:00:00Z");

test("BIL-1 every minute touched is charged once, at price ÷ 60", async () => {
  const scene = await begin();
  const resource = await scene.start("2026-05-04T10:00:59.999Z", HOUR);
  await scene.stop(resource, "2026-05-04T10:02:00.001Z");
  await scene.tick("2026-05-04T10:05:00Z");
  expect(await scene.lines()).toMatchObject({ topUp: -3_000_000n });
});

test("BIL-1 an interval that ends as a minute begins does not touch it", async () => {
  const scene = await begin();
  const resource = await scene.start("2026-05-04T10:00:00Z", HOUR);
  await scene.stop(resource, "2026-05-04T10:02:00.000Z");
  await scene.tick("2026-05-04T10:05:00Z");
  expect(await scene.lines()).toMatchObject({ topUp: -2_000_000n });
});

test("BIL-1 an interval of no length costs nothing", async () => {
  const scene = await begin();
  const resource = await scene.start("2026-05-04T10:00:30Z", HOUR);
  await scene.stop(resource, "2026-05-04T10:00:30Z");
  await scene.tick("2026-05-04T10:05:00Z");
  expect(await scene.lines()).toMatchObject({ topUp: 0n });
});

test("BIL-1 a minute touched by two runs of one resource belongs to the earlier", async () => {
  const scene = await begin();
  const resource = await scene.start("2026-05-04T10:00:00Z", HOUR);
  await scene.stop(resource, "2026-05-04T10:01:20Z");
  await scene.start("2026-05-04T10:01:40Z", 2n * HOUR, { resourceId: resource });
  await scene.tick("2026-05-04T10:03:00Z");
  expect(await scene.lines()).toMatchObject({ topUp: -(1n + 1n + 2n) * 1_000_000n });
});

test("BIL-1 the minute of another size belongs to the old one; asked for again, it changes nothing", async () => {
  const scene = await begin();
  const subjectId = await scene.start("2026-05-04T10:00:00Z", HOUR);
  const { shard } = scene.organization;
  const resize = (at: string) =>
    scene.at("2026-05-04T10:01:31Z", (tx) =>
      resizeRun(tx, { shard, kind: "gpu", subjectId, quantity: 3, at: new Date(at) }),
    );
  await resize("2026-05-04T10:01:30Z");
  await resize("2026-05-04T10:01:31Z");
  await scene.tick("2026-05-04T10:03:00Z");
  expect(await scene.lines()).toMatchObject({ topUp: -(1n + 1n + 3n) * 1_000_000n });
  const { rowCount } = await scene.database.pool.query(
    "select from usage_runs where subject_id = $1",
    [subjectId],
  );
  expect(rowCount).toBe(2);
});

test("BIL-1 a size that is reported after the end holds from its moment until then, charged already or not", async () => {
  for (const chargedUntil of ["2026-05-04T10:01:00Z", "2026-05-04T10:12:00Z"]) {
    const scene = await begin();
    const subjectId = await scene.start("2026-05-04T10:00:00Z", HOUR);
    await scene.stop(subjectId, "2026-05-04T10:10:00Z");
    await scene.tick(chargedUntil);
    const { shard } = scene.organization;
    const resize = (at: string, quantity: number) =>
      scene.at("2026-05-04T10:12:30Z", (tx) =>
        resizeRun(tx, { shard, kind: "gpu", subjectId, quantity, at: new Date(at) }),
      );
    await resize("2026-05-04T10:03:30Z", 3);
    await resize("2026-05-04T10:03:30Z", 3);
    // There was nothing any more.
    await resize("2026-05-04T10:10:00Z", 5);
    await scene.tick("2026-05-04T10:15:00Z");
    expect(await scene.lines()).toMatchObject({ topUp: -(4n + 6n * 3n) * 1_000_000n });
    const { rows } = await scene.database.pool.query(
      "select quantity, ended_at from usage_runs where subject_id = $1 order by started_at",
      [subjectId],
    );
    expect(rows).toEqual([
      { quantity: 1, ended_at: new Date("2026-05-04T10:03:30Z") },
      { quantity: 3, ended_at: new Date("2026-05-04T10:10:00Z") },
    ]);
  }
});

test("BIL-1 reporting an interval again changes nothing, open or ended", async () => {
  const scene = await begin();
  const resourceId = await scene.start("2026-05-04T10:00:00Z", HOUR);
  await scene.start("2026-05-04T10:00:00Z", HOUR, { resourceId });
  await scene.stop(resourceId, "2026-05-04T10:02:00Z");
  await scene.start("2026-05-04T10:00:00Z", HOUR, {
    resourceId,
    reportedAt: "2026-05-04T10:02:10Z",
  });
  await scene.stop(resourceId, "2026-05-04T10:02:00Z");
  const { rows } = await scene.database.pool.query(
    "select ended_at from usage_runs where subject_id = $1",
    [resourceId],
  );
  expect(rows).toEqual([{ ended_at: new Date("2026-05-04T10:02:00Z") }]);
});

test("BIL-1 two reports of one interval at the same moment record it once", async () => {
  const scene = await begin();
  const run = gpuRun(scene.organization, {
    resourceId: newId(),
    startedAt: "2026-05-04T10:00:00Z",
    pricePerHour: HOUR,
  });
  const reports = Array.from({ length: 5 }, () =>
    scene.at("2026-05-04T10:00:01Z", (tx) => reportRun(tx, run)),
  );
  await Promise.all(reports);
  const { rowCount } = await scene.database.pool.query(
    "select from usage_runs where subject_id = $1",
    [run.resourceId],
  );
  expect(rowCount).toBe(1);
});

test("BIL-1 an interval ends at the first of the ends reported for it", async () => {
  const scene = await begin();
  const resource = await scene.start("2026-05-04T10:00:00Z", HOUR);
  await scene.stop(resource, "2026-05-04T10:08:00Z");
  const report = (endedAt: string) =>
    scene.at("2026-05-04T10:09:00Z", (tx) =>
      closeRun(tx, {
        shard: scene.organization.shard,
        kind: "gpu",
        subjectId: resource,
        startedAt: new Date("2026-05-04T10:00:00Z"),
        endedAt: new Date(endedAt),
      }),
    );
  await report("2026-05-04T10:03:00Z");
  await report("2026-05-04T10:05:00Z");
  await scene.tick("2026-05-04T10:10:00Z");
  expect(await scene.lines()).toMatchObject({ topUp: -3_000_000n });
});

test("BIL-1 an interval reported again with its end learns the end", async () => {
  const scene = await begin();
  const resourceId = await scene.start("2026-05-04T10:00:00Z", HOUR);
  const endedAt = new Date("2026-05-04T10:04:00Z");
  await scene.start("2026-05-04T10:00:00Z", HOUR, {
    resourceId,
    endedAt,
    reportedAt: "2026-05-04T10:04:01Z",
  });
  await scene.tick("2026-05-04T10:10:00Z");
  expect(await scene.lines()).toMatchObject({ topUp: -4_000_000n });
});

test("BIL-1 the database keeps two runs of one resource apart", async () => {
  const scene = await begin();
  const resourceId = await scene.start("2026-05-04T10:00:00Z", HOUR);
  await expect(scene.start("2026-05-04T10:01:00Z", HOUR, { resourceId })).rejects.toThrow(
    "overlaps another run",
  );
  const copy = `insert into usage_runs (id, organization_id, workspace_id, shard, service, kind, resource_id, region, product,
      quantity, currency, price_per_hour, price_usd_per_hour, running_since, started_at, first_minute, tick_from)
    select $2, organization_id, workspace_id, shard, service, kind, resource_id, region, product, quantity, currency,
      price_per_hour, price_usd_per_hour, running_since, started_at + interval '1 minute', first_minute, tick_from
    from usage_runs where subject_id = $1`;
  await expect(scene.database.pool.query(copy, [resourceId, newId()])).rejects.toMatchObject({
    code: "23P01",
  });
});

test("BIL-2 a late start is charged by the next tick, numbered from its first minute", async () => {
  const scene = await begin();
  await scene.tick("2026-05-04T10:10:00Z");
  await scene.start("2026-05-04T10:07:30Z", 100n, { reportedAt: "2026-05-04T10:10:20Z" });
  await scene.tick("2026-05-04T10:12:00Z");
  expect(await scene.lines()).toMatchObject({ topUp: -((100n * 5n) / 60n) });
});

test("BIL-2 a late stop gives back to the source that paid, and only that", async () => {
  const scene = await begin();
  const voucher = await scene.grant("2026-05-04T10:00:00Z", 5_500_000n, {
    expiresAt: "2026-06-01T00:00:00Z",
  });
  const resource = await scene.start("2026-05-04T10:00:00Z", HOUR);
  await scene.tick("2026-05-04T10:08:00Z");
  expect(await scene.lines()).toMatchObject({ vouchers: 0n, topUp: -2_500_000n });
  await scene.stop(resource, "2026-05-04T10:05:00Z", "2026-05-04T10:08:30Z");
  await scene.tick("2026-05-04T10:09:00Z");
  expect(await scene.lines()).toMatchObject({ vouchers: 500_000n, topUp: 0n });
  expect(await scene.remaining(voucher)).toBe(500_000n);
});

test("BIL-2 a late start and its end before any tick leave one charge, not a charge and its reversal", async () => {
  const scene = await begin();
  await scene.tick("2026-05-04T10:30:00Z");
  const resource = await scene.start("2026-05-04T10:10:00Z", HOUR, {
    reportedAt: "2026-05-04T10:30:10Z",
  });
  await scene.stop(resource, "2026-05-04T10:12:00Z", "2026-05-04T10:30:20Z");
  await scene.tick("2026-05-04T10:31:00Z");
  expect(await scene.lines()).toMatchObject({ topUp: -2_000_000n });
  const { rows } = await scene.database.pool.query(
    "select kind, from_minute, to_minute from ledger_entries where organization_id = $1",
    [scene.organization.organizationId],
  );
  expect(rows).toHaveLength(1);
});

test("WAL-4 a run in another currency than the Wallet's is refused", async () => {
  const scene = await begin();
  await expect(
    scene.start("2026-05-04T10:00:00Z", HOUR, { currency: "VND" }),
  ).rejects.toMatchObject({ code: "AF004" });
});
