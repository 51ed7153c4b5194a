import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { withSystem } from "#db/tenant.ts";
import { createTestDatabase, type TestDatabase } from "../../../test/support/database.ts";
import { backoffMs } from "./backoff.ts";
import { claimWork } from "./claim.ts";
import { completeWork } from "./complete.ts";
import { enqueue, type WorkRequest } from "./enqueue.ts";
import { failWork } from "./fail.ts";
import { outstandingWork } from "./outstanding.ts";
import { renewWork } from "./renew.ts";
import { ClaimLost, type WorkItem } from "./types.ts";
import { verifyClaim } from "./verify-claim.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db?.drop());
afterEach(async () => {
  await db.database.pool.query("delete from work_items");
  await db.database.pool.query("delete from clusters");
});

let claims = 0;
const claim = (replica = "me", limit = 10, leaseMs = 5000) =>
  claimWork(db.database, { replica, claim: `claim-${++claims}`, limit, leaseMs });
const add = (request: Partial<WorkRequest> & { key: string }) =>
  withSystem(db.database, async (tx) => enqueue(tx, { kind: "deleteWorkspace", ...request }));
const later = (ms: number) => new Date(Date.now() + ms);
const run = (sql: string, values: unknown[] = []) => db.database.pool.query(sql, values);
const listed = async () => (await run("select * from work_items order by key")).rows;

test("RES-5 what is due is claimed, oldest first, and by one claim only", async () => {
  await add({ key: "third", dueAt: later(-1000) });
  await add({ key: "first", dueAt: later(-3000) });
  await add({ key: "second", dueAt: later(-2000) });
  await add({ key: "not yet", dueAt: later(60_000) });
  const two = await claim("me", 2);
  expect(two.map((it) => it.key).sort()).toEqual(["first", "second"]);
  expect((await claim("other")).map((it) => it.key)).toEqual(["third"]);
  expect(await claim()).toEqual([]);
  expect(await outstandingWork(db.database)).toBe(3);
});

test("RES-5 many claim at once, and nothing is claimed twice", async () => {
  for (let i = 0; i < 50; i++) await add({ key: `key-${i}` });
  const claimed = await Promise.all(Array.from({ length: 10 }, () => claim("me", 10)));
  const keys = claimed.flat().map((it) => it.key);
  expect(new Set(keys).size).toBe(keys.length);
  const rest = (await claim("me", 50)).map((it) => it.key);
  expect(new Set([...keys, ...rest]).size).toBe(50);
});

test("RES-5 work of a cluster is claimed only by the replica that holds its lease", async () => {
  await run(
    "insert into clusters (id, region, owner, fence, leased_until) values ('c', 'hanoi', 'owner', 3, clock_timestamp() + interval '5 s')",
  );
  await add({ key: "ours", clusterId: "c" });
  expect(await claim("stranger")).toEqual([]);
  const [item] = await claim("owner");
  expect(item).toMatchObject({ key: "ours", clusterId: "c", fence: 3 });
  await run("update clusters set leased_until = clock_timestamp() - interval '1 s'");
  await run("update work_items set leased_until = null");
  expect(await claim("owner")).toEqual([]);
});

test("RES-5 completed work is gone; what was asked for anew meanwhile runs once more", async () => {
  await add({ key: "a" });
  const [first] = await claim();
  await add({ key: "a" });
  await completeWork(db.database, first!, undefined);
  const [second] = await claim();
  expect(second).toMatchObject({ key: "a", revision: 2, attempts: 1 });
  await completeWork(db.database, second!, undefined);
  expect(await listed()).toEqual([]);
});

test("RES-5 work may ask to be done again at a moment of site time, unless it was asked for earlier", async () => {
  await add({ key: "a" });
  const again = later(3_600_000);
  const [first] = await claim();
  await completeWork(db.database, first!, { again });
  expect(await claim()).toEqual([]);
  expect(await listed()).toMatchObject([{ key: "a", due_at: again, lease_owner: null }]);
  await add({ key: "a" });
  expect(await claim()).toHaveLength(1);
});

test("RES-5 a claim that ran out is somebody else's: its holder can neither write nor complete", async () => {
  await add({ key: "a" });
  const [slow] = await claim("me", 1, -1);
  const [quick] = await claim("other", 1);
  expect(quick).toMatchObject({ key: "a", attempts: 2 });
  const verify = (item: WorkItem) => withSystem(db.database, (tx) => verifyClaim(tx, item));
  await expect(verify(slow!)).rejects.toBeInstanceOf(ClaimLost);
  await expect(verify(quick!)).resolves.toBeUndefined();
  await completeWork(db.database, slow!, undefined);
  await renewWork(db.database, [slow!], 60_000);
  await failWork(db.database, slow!, { message: "late", passing: false });
  expect(await listed()).toMatchObject([{ key: "a", lease_owner: quick!.claim, last_error: null }]);
});

test("RES-5 a replica that lost the cluster's lease can write no more", async () => {
  await run(
    "insert into clusters (id, region, owner, fence, leased_until) values ('c', 'hanoi', 'me', 1, clock_timestamp() + interval '5 s')",
  );
  await add({ key: "a", clusterId: "c" });
  const [item] = await claim("me");
  await run("update clusters set owner = 'other', fence = 2");
  await expect(withSystem(db.database, (tx) => verifyClaim(tx, item!))).rejects.toBeInstanceOf(
    ClaimLost,
  );
});

test("RES-5 a renewed claim lives on", async () => {
  await add({ key: "a" });
  const [item] = await claim("me", 1, 1000);
  await renewWork(db.database, [item!], 60_000);
  const { rows } = await run(
    "select leased_until > clock_timestamp() + interval '50 s' as held from work_items",
  );
  expect(rows).toEqual([{ held: true }]);
});

test("RES-5 failed work is tried again after a pause; what was asked for anew meanwhile, at once", async () => {
  await add({ key: "a" });
  const [item] = await claim();
  expect(await failWork(db.database, item!, { message: "no", passing: false })).toBe(false);
  const [row] = await listed();
  expect(row).toMatchObject({ last_error: "no", lease_owner: null, parked_at: null });
  expect(row.run_after.getTime()).toBeGreaterThan(Date.now() - 50);
  await run("update work_items set run_after = clock_timestamp() - interval '1 ms'");
  const [again] = await claim();
  expect(again!.attempts).toBe(2);
  await add({ key: "a" });
  await failWork(db.database, again!, { message: "no", passing: false });
  expect(await claim()).toHaveLength(1);
});

test("RES-5 what failed is behind what has waited meanwhile, however long it has been due", async () => {
  await add({ key: "silent", dueAt: later(-60_000) });
  const [silent] = await claim();
  await add({ key: "other", dueAt: later(-1000) });
  await failWork(db.database, silent!, { message: "no answer", passing: true });
  await run("update work_items set run_after = clock_timestamp() - interval '1 ms'");
  expect((await claim("me", 1)).map((it) => it.key)).toEqual(["other"]);
  expect((await claim("me", 1)).map((it) => it.key)).toEqual(["silent"]);
});

test("RES-5 after too many attempts it is parked with its error, unless the world did not answer", async () => {
  await add({ key: "poison" });
  await add({ key: "unlucky" });
  await run("update work_items set attempts = 19");
  for (const item of await claim()) {
    const passing = item.key === "unlucky";
    expect(await failWork(db.database, item, { message: "boom", passing })).toBe(!passing);
  }
  await run("update work_items set run_after = clock_timestamp() - interval '1 ms'");
  expect((await claim()).map((it) => it.key)).toEqual(["unlucky"]);
  expect(await listed()).toMatchObject([
    { key: "poison", parked_at: expect.any(Date), last_error: "boom" },
    { key: "unlucky", parked_at: null },
  ]);
  await add({ key: "poison" });
  expect((await claim()).map((it) => it.key)).toEqual(["poison"]);
});

test("RES-5 pauses grow from a tenth of a second to ten seconds, with full jitter", () => {
  expect([1, 2, 3, 4].map((attempt) => backoffMs(attempt, 0.999_999))).toEqual([
    199, 399, 799, 1599,
  ]);
  expect(backoffMs(1000, 0.999_999)).toBe(9999);
  expect(backoffMs(5, 0)).toBe(10);
});
