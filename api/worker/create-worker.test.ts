import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { withSystem } from "#db/tenant.ts";
import { openDatabase, type Database } from "#db/database.ts";
import { enqueue } from "#domain/work/enqueue.ts";
import type { WorkHandler, WorkHandlers } from "#domain/work/types.ts";
import type { Cluster } from "#ports/cluster.ts";
import { createTestDatabase, type TestDatabase } from "../../test/support/database.ts";
import { createWorker, type Worker, type WorkerOptions } from "./create-worker.ts";

let db: TestDatabase;
let database: Database;
const workers: Worker[] = [];
beforeEach(async () => {
  db = await createTestDatabase();
  database = db.database;
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((it) => it.drain()));
  await db.drop();
});

const idle: WorkHandler = async () => {};
const handlers = (change: Partial<WorkHandlers>): WorkHandlers => ({
  reconcileResource: idle,
  reconcileVolume: idle,
  stopForDebt: idle,
  debtTimer: idle,
  deliverNotice: idle,
  deleteWorkspace: idle,
  stopAtLimit: idle,
  checkIdle: idle,
  sweepCluster: idle,
  mail: idle,
  ...change,
});

/** Follows nothing, and holds nothing. */
const cluster = (id: string): Cluster =>
  ({
    id,
    region: "hanoi",
    simulated: true,
    async watch({ begun }, signal) {
      begun();
      await sleep(3_600_000, undefined, { signal }).catch(() => {});
    },
  }) as Partial<Cluster> as Cluster;

const makeWorker = (
  change: Partial<WorkHandlers>,
  options: Partial<WorkerOptions> = {},
): Worker => {
  const defaults = { database, clusters: new Map(), handlers: handlers(change) };
  const worker = createWorker({ ...defaults, ...options });
  workers.push(worker);
  return worker;
};
const add = (key: string, clusterId?: string) =>
  withSystem(database, async (tx) =>
    enqueue(tx, { kind: "deleteWorkspace", key, ...(clusterId && { clusterId }) }),
  );
const left = async () => (await database.pool.query("select key from work_items")).rows;
const until = async (reached: () => boolean | Promise<boolean>, withinMs: number) => {
  const deadline = performance.now() + withinMs;
  while (!(await reached())) {
    if (performance.now() > deadline) throw new Error(`not reached within ${withinMs} ms`);
    await sleep(5);
  }
};

test("RES-5 a nudge makes it look at once, and without one it looks soon", async () => {
  const done: string[] = [];
  const worker = makeWorker(
    { deleteWorkspace: async ({ key }) => void done.push(key) },
    { pollMs: 2000 },
  );
  worker.start();
  await sleep(200);
  await add("nudged");
  worker.nudge();
  await until(() => done.includes("nudged"), 1000);
  await add("found");
  await until(() => done.includes("found"), 4000);
  // An item leaves the list a moment after its handler has ended.
  await until(async () => (await left()).length === 0, 4000);
});

test("RES-5 no more items run at once than there are places", async () => {
  let [running, most] = [0, 0];
  const worker = makeWorker(
    {
      deleteWorkspace: async () => {
        most = Math.max(most, ++running);
        await sleep(10);
        running -= 1;
      },
    },
    { concurrency: 3 },
  );
  for (let i = 0; i < 20; i++) await add(`key-${i}`);
  await worker.runUntilQuiet();
  expect(most).toBe(3);
  expect(await left()).toEqual([]);
});

test("RES-5 claims are renewed while a handler is at work, so nobody else begins it", async () => {
  let runs = 0;
  const slow: Partial<WorkHandlers> = {
    deleteWorkspace: async () => {
      runs += 1;
      await sleep(1500);
    },
  };
  const [first, second] = [makeWorker(slow, { leaseMs: 400 }), makeWorker(slow, { leaseMs: 400 })];
  first.start();
  second.start();
  await add("slow");
  first.nudge();
  await sleep(300);
  await until(async () => (await left()).length === 0, 5000);
  expect(runs).toBe(1);
});

test("RES-5 draining finishes what is at work and takes no more", async () => {
  let finished = 0;
  const worker = makeWorker(
    {
      deleteWorkspace: async () => {
        await sleep(400);
        finished += 1;
      },
    },
    { concurrency: 2 },
  );
  for (const key of ["a", "b", "c", "d"]) await add(key);
  worker.start();
  await sleep(200);
  await worker.drain();
  expect(finished).toBe(2);
  expect(await left()).toHaveLength(2);
});

test("RES-5 a handler that never ends is given up, and the item is tried again", async () => {
  let runs = 0;
  const errors: unknown[] = [];
  const worker = makeWorker(
    {
      deleteWorkspace: async () => {
        runs += 1;
        if (runs === 1) await new Promise(() => {});
      },
    },
    { timeoutMs: 100, onError: (error) => errors.push(error) },
  );
  worker.start();
  await add("stuck");
  await until(async () => runs === 2 && (await left()).length === 0, 5000);
  expect(errors).toHaveLength(1);
});

test("RES-5 work that lost its database is tried for as long as it takes, and never parked", async () => {
  const errors: unknown[] = [];
  const worker = makeWorker(
    {
      deleteWorkspace: async () => {
        await database.pool.query("select pg_terminate_backend(pg_backend_pid())");
      },
    },
    { onError: (error) => errors.push(error) },
  );
  await add("unlucky");
  // One more failure of its own would be the last.
  await database.pool.query("update work_items set attempts = 19");
  worker.start();
  await until(() => errors.length === 1, 5000);
  const { rows } = await database.pool.query(
    "select attempts, parked_at, last_error from work_items",
  );
  expect(rows).toEqual([
    { attempts: 19, parked_at: null, last_error: expect.stringMatching(/terminat/) },
  ]);
});

test("RES-5 each cluster belongs to one replica, whose successor takes it over when it is drained", async () => {
  const clusters = new Map([["c", cluster("c")]]);
  const doneBy: string[] = [];
  const by = (name: string): Partial<WorkHandlers> => ({
    deleteWorkspace: async () => void doneBy.push(name),
  });
  const first = makeWorker(by("first"), { clusters, leaseMs: 1000 });
  const second = makeWorker(by("second"), { clusters, leaseMs: 1000 });
  first.start();
  await until(async () => (await ownerOf("c")) === first.replica, 2000);
  second.start();
  for (let i = 0; i < 5; i++) {
    await add(`key-${i}`, "c");
    second.nudge();
  }
  await until(() => doneBy.length === 5, 3000);
  expect(new Set(doneBy)).toEqual(new Set(["first"]));
  await first.drain();
  await add("later", "c");
  await until(() => doneBy.at(-1) === "second", 3000);
});

test("RES-5 the cluster of a dead replica is taken over when its lease has run out, with a higher fence", async () => {
  const clusters = new Map([["c", cluster("c")]]);
  // What a replica leaves behind that was killed with the default lease a moment ago.
  await database.pool.query(
    "insert into clusters (id, region, owner, fence, leased_until) values ('c', 'hanoi', 'dead', 7, clock_timestamp() + interval '8 s')",
  );
  let swept = 0;
  const worker = makeWorker({ sweepCluster: async () => void (swept += 1) }, { clusters });
  worker.start();
  const start = performance.now();
  await until(async () => (await ownerOf("c")) === worker.replica, 15_000);
  expect(performance.now() - start).toBeGreaterThan(5000);
  const { rows } = await database.pool.query("select fence::int as fence from clusters");
  expect(rows).toEqual([{ fence: 8 }]);
  await until(() => swept === 1, 2000);
}, 20_000);

test("RES-5 quiet means that other replicas have finished too", async () => {
  const other = openDatabase(db.url);
  let finished = false;
  const busy = makeWorker(
    {
      deleteWorkspace: async () => {
        await sleep(700);
        finished = true;
      },
    },
    { database: other },
  );
  busy.start();
  await add("theirs");
  busy.nudge();
  await until(async () => {
    const { rows } = await database.pool.query(
      "select from work_items where lease_owner is not null",
    );
    return rows.length === 1;
  }, 2000);
  await makeWorker({}).runUntilQuiet();
  expect(finished).toBe(true);
  await busy.drain();
  await other.close();
});

async function ownerOf(id: string): Promise<string | null> {
  const { rows } = await database.pool.query("select owner from clusters where id = $1", [id]);
  return rows[0]?.owner ?? null;
}
