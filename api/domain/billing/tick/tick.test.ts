import { expect, test } from "vitest";
import { openDatabase } from "#db/database.ts";
import { newId } from "#domain/ids.ts";
import { minuteOf, minuteStart } from "#domain/billing/units/minute.ts";
import { readShares } from "#domain/billing/ledger/run-shares.ts";
import { Scene, testDatabase } from "#domain/billing/testing/fixture.ts";
import { createResource } from "#domain/billing/testing/resources.ts";
import { at } from "#domain/billing/testing/world.ts";
import { advanceIdleShards } from "./tick.ts";
import { tickAll } from "./tick-all.ts";
import { tickShard } from "./tick-shard.ts";

const postgres = testDatabase();
const NOW = "2026-05-04T10:00:00Z";
const HOUR = 60_000_000n; // One unit of currency a minute.

const entriesOf = async ({ database, organization }: Scene) =>
  (
    await database.pool.query(
      `select seq, kind, from_minute, to_minute, plans_after + vouchers_after + top_up_after as after
       from ledger_entries where organization_id = $1 order by at, seq`,
      [organization.organizationId],
    )
  ).rows;

/** An Organization whose credit starts, expires and runs out within a window that also holds a midnight. */
async function eventful(): Promise<{ scene: Scene; shares(): Promise<string[]> }> {
  const scene = await Scene.begin(postgres.database, "2026-05-04T22:00:00Z");
  const names = new Map<string | null, string>([[null, "top-up"]]);
  const grant = async (name: string, ...of: Parameters<Scene["grant"]>) =>
    names.set((await scene.grant(...of)).id, name);
  await grant("expiring", "2026-05-04T22:00:01Z", 400_000_000n, {
    expiresAt: "2026-05-04T23:10:20Z",
  });
  await grant("scoped", "2026-05-04T22:00:02Z", 10_333_333n, {
    expiresAt: "2026-06-01T00:00:00Z",
    services: ["container"],
  });
  await grant("plan", "2026-05-04T22:00:03Z", 33_333_334n, {
    kind: "plan",
    startsAt: "2026-05-04T22:30:30Z",
  });
  await grant("last", "2026-05-04T22:00:04Z", 90_000_001n, { expiresAt: "2026-06-01T00:00:00Z" });
  const subjects = [newId(), newId(), newId()];
  await scene.start("2026-05-04T22:00:10Z", 61_000_001n, { resourceId: subjects[0]! });
  await scene.start("2026-05-04T22:10:00Z", 7n, { resourceId: subjects[1]!, service: "container" });
  await scene.start("2026-05-04T22:20:59Z", 45_000_000n, {
    resourceId: subjects[2]!,
    service: "container",
  });
  await scene.stop(subjects[0]!, "2026-05-05T00:40:00.001Z");
  const shares = () =>
    scene.at(NOW, async (tx) => {
      const { organizationId } = scene.organization;
      const { rows } = await tx.client.query(
        "select id, subject_id from usage_runs where organization_id = $1",
        [organizationId],
      );
      const subjectOf = new Map(rows.map((row) => [row.id, subjects.indexOf(row.subject_id)]));
      const sums = new Map<string, bigint>();
      for (const share of await readShares(tx, { organizationId, from: 0, to: 2_000_000_000 })) {
        const day = minuteStart(share.fromMinute).toISOString().slice(0, 10);
        const key = `${subjectOf.get(share.runId)} ${names.get(share.creditId)} ${day}`;
        sums.set(key, (sums.get(key) ?? 0n) + share.amount);
      }
      return [...sums]
        .filter(([, sum]) => sum !== 0n)
        .map(([key, sum]) => `${key} ${sum}`)
        .toSorted();
    });
  return { scene, shares };
}

test("BIL-2 a catch-up gives what single minutes give, per resource, source and day", async () => {
  const [single, catchUp] = [await eventful(), await eventful()];
  const end = minuteOf(new Date("2026-05-05T01:20:00Z"));
  for (let minute = minuteOf(new Date("2026-05-04T22:01:00Z")); minute <= end; minute += 1) {
    await single.scene.tick(minuteStart(minute).toISOString());
  }
  await catchUp.scene.tick(minuteStart(end).toISOString());
  const shares = await single.shares();
  expect(await catchUp.shares()).toEqual(shares);
  expect(await catchUp.scene.lines()).toEqual(await single.scene.lines());
  for (const source of ["expiring", "scoped", "plan", "last", "top-up"])
    expect(shares.join()).toContain(source);
  // One entry a step: far fewer of them than minutes.
  expect((await entriesOf(single.scene)).length).toBeGreaterThan(200);
  expect((await entriesOf(catchUp.scene)).length).toBeLessThan(70);
});

test("WAL-6 entries are numbered without gaps, and each says the balance after it", async () => {
  const { scene } = await eventful();
  await scene.tick("2026-05-05T01:20:00Z");
  const entries = await entriesOf(scene);
  expect(entries.map((entry) => entry.seq)).toEqual(entries.map((_, i) => BigInt(i + 1)));
  const { plans, vouchers, topUp } = await scene.lines();
  expect(entries.at(-1).after).toBe(plans + vouchers + topUp);
  const charges = entries.filter((entry) => entry.kind === "charge");
  for (const [i, charge] of charges.slice(1).entries())
    expect(charge.from_minute).toBe(charges[i].to_minute);
});

test("BIL-3 two ticks of a shard at once charge each minute once", async () => {
  const scene = await Scene.begin(postgres.database, NOW);
  await scene.start(NOW, HOUR);
  const ticks = await Promise.all(
    Array.from({ length: 8 }, () => scene.tick("2026-05-04T10:30:00Z")),
  );
  expect(ticks.filter((ticked) => ticked !== null)).toHaveLength(1);
  expect(await scene.lines()).toMatchObject({ topUp: -30_000_000n });
});

test("BIL-3 a tick that does not commit leaves everything to the next one", async () => {
  const scene = await Scene.begin(postgres.database, NOW);
  const voucher = await scene.grant(NOW, 5_500_000n, { expiresAt: "2026-05-04T10:20:00Z" });
  await scene.start(NOW, HOUR);
  const crash = scene.at("2026-05-04T10:30:00Z", async (tx) => {
    await tickShard(tx, scene.organization.shard);
    throw new Error("the connection is lost");
  });
  await expect(crash).rejects.toThrow("lost");
  expect(await scene.remaining(voucher)).toBe(5_500_000n);
  await scene.tick("2026-05-04T10:30:00Z");
  expect(await scene.lines()).toEqual({ plans: 0n, vouchers: 0n, topUp: -24_500_000n });
});

test("BIL-3 a run that is opened while idle shards move on is not overlooked", async () => {
  const { database } = postgres;
  for (let round = 0; round < 20; round += 1) {
    const scene = await Scene.begin(database, new Date(Date.now() - 600_000).toISOString());
    const now = new Date(Date.now() - 300_000).toISOString();
    await Promise.all([
      scene.start(now, HOUR),
      advanceIdleShards(database),
      advanceIdleShards(database),
    ]);
    await tickAll(database);
    const { rows } = await database.pool.query(
      `select -w.top_up as charged, cursor_minute - first_minute as passed,
         (select coalesce(sum(to_minute - from_minute), 0)::integer from late_windows l
          where l.run_id = r.id and consumed_at is null) as late
       from wallets w join shard_cursors using (shard) join usage_runs r using (organization_id)
       where organization_id = $1`,
      [scene.organization.organizationId],
    );
    const { charged, passed, late } = rows[0];
    expect(charged).toBe(BigInt(passed - late) * 1_000_000n);
  }
});

test("BIL-3 several replicas together charge every Organization once", async () => {
  const scenes = await Promise.all(
    Array.from({ length: 12 }, async () => {
      const scene = await Scene.begin(
        postgres.database,
        new Date(Date.now() - 7_200_000).toISOString(),
      );
      await scene.start(
        minuteStart(minuteOf(new Date(Date.now() - 3_600_000))).toISOString(),
        HOUR,
      );
      return scene;
    }),
  );
  const replicas = Array.from({ length: 4 }, () => openDatabase(postgres.get().url, { max: 2 }));
  await Promise.all(replicas.map((replica) => tickAll(replica)));
  await Promise.all(replicas.map((replica) => replica.close()));
  for (const scene of scenes) expect((await scene.lines()).topUp).toBeLessThanOrEqual(-59_000_000n);
  for (const scene of scenes)
    expect((await scene.lines()).topUp).toBeGreaterThanOrEqual(-61_000_000n);
});

test("BIL-5 a Service that can spend nothing any more is stopped in the commit of the charge; the other runs on", async () => {
  const scene = await Scene.begin(postgres.database, NOW);
  const { database, organization } = scene;
  const notebook = await createResource(scene, "notebook", NOW);
  const container = await createResource(scene, "container", NOW);
  await scene.grant(NOW, 3_000_000n, { kind: "topUp" });
  await scene.grant(NOW, 60_000_000n, {
    expiresAt: "2026-06-01T00:00:00Z",
    services: ["container"],
  });
  await scene.start(NOW, HOUR, { resourceId: notebook });
  await scene.start(NOW, HOUR, { resourceId: container, service: "container" });
  const stops = async () =>
    (
      await database.pool.query(
        "select key from work_items where kind = 'stopForDebt' and organization_id = $1",
        [organization.organizationId],
      )
    ).rows.map((row) => row.key);
  await scene.tick("2026-05-04T10:02:00Z");
  expect(await stops()).toEqual([]);
  await scene.tick("2026-05-04T10:03:00Z");
  expect(await stops()).toEqual([`${organization.organizationId}:notebook`]);
});

test("BIL-5 credit that expires stops what is being created, before anything was charged", async () => {
  const scene = await Scene.begin(postgres.database, NOW);
  await createResource(scene, "notebook", NOW);
  await scene.grant(NOW, 3_000_000n, { expiresAt: "2026-05-04T10:00:30Z" });
  await at(postgres.database, "2026-05-04T10:01:00Z", (tx) =>
    tickShard(tx, scene.organization.shard),
  );
  const { rowCount } = await postgres.database.pool.query(
    "select from work_items where kind = 'stopForDebt' and organization_id = $1",
    [scene.organization.organizationId],
  );
  expect(rowCount).toBe(1);
  expect(await scene.lines()).toEqual({ plans: 0n, vouchers: 0n, topUp: 0n });
});
