import { expect, test } from "vitest";
import { newId } from "#domain/ids.ts";
import { openDatabase } from "#db/database.ts";
import { resizeRun } from "./resize-run.ts";
import { Scene, testDatabase } from "#domain/billing/testing/fixture.ts";
import { setPrice, tickAt } from "#domain/billing/testing/world.ts";

const postgres = testDatabase();
const HOUR = 60_000_000n; // One dollar a minute.
const START = "2026-05-04T10:00:00Z";
const minute = (time: string) => Date.parse(`2026-05-04T${time}:00Z`) / 60_000;
const begin = () => Scene.begin(postgres.database, START);

/** A new price of one item, in dollars a minute. */
const change = (
  scene: Scene,
  kind: "gpu" | "storage",
  item: string,
  time: string,
  dollars: bigint,
) =>
  scene.at(START, (tx) => {
    const price = dollars * HOUR;
    const prices = { USD: price, VND: price * 20_000n, JPY: price * 100n };
    return setPrice(tx, { kind, item, minute: minute(time), prices });
  });

const runsOf = async (scene: Scene) => {
  const { rows } = await scene.database.pool.query(
    `select started_at, ended_at, price_per_hour / ${HOUR} as dollars, running_since from usage_runs
     where organization_id = $1 and (ended_at is null or ended_at > started_at)
     order by started_at, ended_at`,
    [scene.organization.organizationId],
  );
  return rows.map(({ started_at, ended_at, dollars }) => {
    const time = (at: Date | null) => at?.toISOString().slice(11, 19) ?? "open";
    return `${time(started_at)}-${time(ended_at)} at ${dollars}`;
  });
};

test("CAT-2 at its minute a new price closes and reopens the runs of its flavor, and no others", async () => {
  const scene = await begin();
  const product = newId();
  await change(scene, "gpu", product, "10:03", 3n);
  await scene.start("2026-05-04T10:00:20Z", HOUR, { product });
  await scene.tick("2026-05-04T10:03:00Z");
  expect(await runsOf(scene)).toEqual(["10:00:20-open at 1"]);
  await scene.tick("2026-05-04T10:05:00Z");
  expect(await runsOf(scene)).toEqual(["10:00:20-10:03:00 at 1", "10:03:00-open at 3"]);
  expect(await scene.lines()).toMatchObject({ topUp: -9_000_000n });
  const other = await begin();
  await other.start("2026-05-04T10:00:20Z", HOUR, { product: newId() });
  await other.tick("2026-05-04T10:05:00Z");
  expect(await runsOf(other)).toEqual(["10:00:20-open at 1"]);
});

test("CAT-2 storage goes by the price of its region, for its size", async () => {
  const scene = await begin();
  const region = newId();
  await change(scene, "storage", region, "10:02", 2n);
  const storage = { kind: "storage" as const, volumeId: newId(), product: "persistent", region };
  await scene.start(START, 10n * HOUR, { ...storage, quantity: 10 });
  await scene.tick("2026-05-04T10:04:00Z");
  expect(await runsOf(scene)).toEqual(["10:00:00-10:02:00 at 10", "10:02:00-open at 20"]);
  expect(await scene.lines()).toMatchObject({ topUp: -60_000_000n });
});

test("CAT-2 after an outage across several prices each minute costs what it would have, and nothing is corrected", async () => {
  const scene = await begin();
  const product = newId();
  await change(scene, "gpu", product, "11:00", 3n);
  await change(scene, "gpu", product, "12:00", 5n);
  await scene.start(START, HOUR, { product });
  const stopped = await scene.start(START, HOUR, { product });
  await scene.stop(stopped, "2026-05-04T11:30:30Z", "2026-05-04T15:59:00Z");
  await scene.tick("2026-05-04T16:00:00Z");
  const dollars = 60n + 60n * 3n + 240n * 5n + 60n + 31n * 3n;
  expect(await scene.lines()).toMatchObject({ topUp: -dollars * 1_000_000n });
  const { rows } = await scene.database.pool.query(
    "select distinct kind from ledger_entries where organization_id = $1",
    [scene.organization.organizationId],
  );
  expect(rows).toEqual([{ kind: "charge" }]);
});

test("CAT-2 a run that is reported after the new price was put in force is split at its minute", async () => {
  const scene = await begin();
  const product = newId();
  await change(scene, "gpu", product, "10:03", 3n);
  await scene.tick("2026-05-04T10:06:00Z");
  const late = { product, reportedAt: "2026-05-04T10:06:10Z" };
  await scene.start("2026-05-04T10:01:30Z", HOUR, late);
  const ended = new Date("2026-05-04T10:04:30Z");
  await scene.start("2026-05-04T10:02:30Z", HOUR, { ...late, endedAt: ended });
  await scene.tick("2026-05-04T10:07:00Z");
  expect(await runsOf(scene)).toEqual([
    "10:01:30-10:03:00 at 1",
    "10:02:30-10:03:00 at 1",
    "10:03:00-10:04:30 at 3",
    "10:03:00-open at 3",
  ]);
  expect(await scene.lines()).toMatchObject({ topUp: -(2n + 12n + 1n + 6n) * 1_000_000n });
});

test("CAT-2 a size that is reported after the new price holds from its moment on, at both prices", async () => {
  const scene = await begin();
  const product = newId();
  await change(scene, "gpu", product, "10:03", 3n);
  const subjectId = await scene.start(START, HOUR, { product });
  await scene.tick("2026-05-04T10:05:00Z");
  const { shard } = scene.organization;
  const at = new Date("2026-05-04T10:01:00Z");
  const resize = { shard, kind: "gpu" as const, subjectId, quantity: 2, at };
  await scene.at("2026-05-04T10:05:30Z", (tx) => resizeRun(tx, resize));
  await scene.tick("2026-05-04T10:06:00Z");
  expect(await runsOf(scene)).toEqual([
    "10:00:00-10:01:00 at 1",
    "10:01:00-10:03:00 at 2",
    "10:03:00-open at 6",
  ]);
  expect(await scene.lines()).toMatchObject({ topUp: -(1n + 4n + 18n) * 1_000_000n });
});

test("CAT-2 a resize after a new price that no tick has come to yet goes on at that price", async () => {
  const scene = await begin();
  const product = newId();
  const subjectId = await scene.start(START, HOUR, { product });
  await scene.tick("2026-05-04T10:01:00Z");
  await change(scene, "gpu", product, "10:03", 3n);
  await change(scene, "gpu", product, "10:05", 4n);
  const { shard } = scene.organization;
  const at = new Date("2026-05-04T10:05:00Z");
  const resize = { shard, kind: "gpu" as const, subjectId, quantity: 2, at };
  await scene.at("2026-05-04T10:05:30Z", (tx) => resizeRun(tx, resize));
  await scene.tick("2026-05-04T10:07:00Z");
  expect(await runsOf(scene)).toEqual([
    "10:00:00-10:03:00 at 1",
    "10:03:00-10:05:00 at 3",
    "10:05:00-open at 8",
  ]);
  expect(await scene.lines()).toMatchObject({ topUp: -(3n + 6n + 16n) * 1_000_000n });
});

test("CAT-2 several replicas put a new price in force once", async () => {
  const scene = await begin();
  const product = newId();
  await change(scene, "gpu", product, "10:03", 3n);
  for (let i = 0; i < 20; i++) await scene.start(START, HOUR, { product });
  const database = openDatabase(postgres.get().url, { max: 8 });
  const ticks = Array.from({ length: 8 }, (_, i) =>
    tickAt(database, scene.organization.shard, `2026-05-04T10:0${4 + (i % 3)}:00Z`),
  );
  await Promise.all(ticks);
  await database.close();
  await scene.tick("2026-05-04T10:07:00Z");
  expect(await runsOf(scene)).toHaveLength(40);
  expect(await scene.lines()).toMatchObject({ topUp: -20n * (3n + 12n) * 1_000_000n });
});
