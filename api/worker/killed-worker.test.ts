import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { resources } from "#db/schema/resources.ts";
import {
  ask,
  createContainer,
  rowOf,
  runsOf,
  startWorkerSite,
  type WorkerSite,
} from "../../test/support/worker-site.ts";

const KILLS = Number(process.env.CRASH_KILLS ?? 6);
const script = fileURLToPath(new URL("../../test/support/worker-process.ts", import.meta.url));
const seed = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000);
const delays = { scheduleMs: 40, startMs: 250, stopMs: 120, volumeMs: 80, retryMs: 100 };
// Nothing pulls at the clock here: what a container asks for by itself happens in real time.
const endings = [undefined, ["sh", "-c", "sleep 1; exit 0"], ["sh", "-c", "sleep 0.4; exit 5"]];

let site: WorkerSite;
beforeAll(async () => {
  site = await startWorkerSite({ delays });
  // Every state that a workload was ever in: the truth that charges are compared with.
  await site.testDatabase.asOwner(`
    create table simulator.history (number bigserial, id text, generation int, intervals jsonb);
    create function simulator.note() returns trigger language plpgsql security definer as $$
    begin
      insert into simulator.history (id, generation, intervals) values (old.id, old.generation, old.state -> 'intervals');
      if tg_op = 'UPDATE' then
        insert into simulator.history (id, generation, intervals) values (new.id, new.generation, new.state -> 'intervals');
        return new;
      end if;
      return old;
    end $$;
    create trigger note before update or delete on simulator.objects for each row execute function simulator.note()`);
});
afterAll(() => site?.close());

test(`RES-5 a worker killed at any moment leaves nothing behind, and every interval is charged once (seed ${seed})`, async () => {
  const random = randomOf(seed);
  const ends = new Map<string, number>();
  const ids: string[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    const child = await startChild();
    const until = performance.now() + 100 + random() * 900;
    while (performance.now() < until) {
      await act(random, ids, ends);
      await sleep(random() * 120);
    }
    await killChild(child);
    await act(random, ids, ends);
  }
  const last = await startChild();
  await settle(ids);
  await killChild(last);

  for (const id of ids) await expectRunsToBeTrue(id, ends);
  const living = await site.database.read.select().from(resources);
  const wanted = living.filter((it) => it.desiredState === "running").map((it) => it.id);
  const { workloads, volumes } = await site.cluster.list();
  expect(workloads.map((it) => it.id).sort()).toEqual(wanted.sort());
  const { rows } = await site.database.pool.query(
    "select id, observed_size_gib from volumes where deleted_at is null order by id",
  );
  expect(volumes.map((it) => it.id).sort()).toEqual(rows.map((it) => it.id));
  expect(rows.every((it) => it.observed_size_gib === 10)).toBe(true);
}, 120_000);

interface Interval {
  since: number;
  until: number | null;
}

/** One random act of a user; notes when it ended a generation. */
async function act(random: () => number, ids: string[], ends: Map<string, number>): Promise<void> {
  if (ids.length < 12 && (ids.length < 3 || random() < 0.4)) {
    const command = endings[Math.floor(random() * endings.length)];
    const disk = random() < 0.5 ? { diskGib: 10 } : {};
    ids.push(await createContainer(site, { ...disk, ...(command && { command }) }));
    return;
  }
  const id = ids[Math.floor(random() * ids.length)]!;
  const { desiredState, generation } = await rowOf(site, id);
  if (desiredState === "deleted") return;
  const what =
    desiredState === "stopped"
      ? "start"
      : (["stop", "restart", "delete"] as const)[Math.floor(random() * 3)]!;
  const acceptedAt = await ask(site, id, what);
  if (desiredState === "running") ends.set(`${id}/${generation}`, acceptedAt.getTime());
}

async function settle(ids: string[]): Promise<void> {
  const final = { running: ["RUNNING"], stopped: ["STOPPED", "FAILED"], deleted: ["DELETED"] };
  const deadline = performance.now() + 40_000;
  for (;;) {
    const rows = await Promise.all(ids.map((id) => rowOf(site, id)));
    const open = rows.filter((row) => !final[row.desiredState].includes(row.status));
    const { rows: work } = await site.database.pool.query(
      "select kind, key, attempts, last_error from work_items where kind <> 'stopAtLimit'",
    );
    // Those that end by themselves would go on for ever otherwise.
    const endless = rows.filter((row) => row.desiredState === "running" && endsByItself(row.spec));
    if (open.length === 0 && work.length === 0 && endless.length === 0) return;
    if (performance.now() > deadline) {
      throw new Error(`not settled: ${JSON.stringify({ open, work, endless }, null, 1)}`);
    }
    await sleep(50);
  }
}

const endsByItself = (spec: object) => "command" in spec && spec.command !== null;

/** The runs are the intervals that the cluster had, each cut where its generation was no longer asked for. */
async function expectRunsToBeTrue(id: string, ends: Map<string, number>): Promise<void> {
  const { rows } = await site.testDatabase.asOwner(
    `select distinct on (generation) generation, intervals from (
       select number, generation, intervals from simulator.history where id = $1
       union all
       select 9223372036854775807, generation, state -> 'intervals' from simulator.objects where kind = 'workload' and id = $1
     ) as seen order by generation, number desc`,
    [id],
  );
  const expected = rows.flatMap(({ generation, intervals }) => {
    const end = ends.get(`${id}/${generation}`) ?? Infinity;
    return intervals
      .filter((it: Interval) => it.since < end)
      .map(({ since, until }: Interval) => {
        const first = Math.min(end, until ?? Infinity);
        return { since, until: first === Infinity ? null : first };
      });
  });
  const runs = (await runsOf(site, id)).map(({ started_at, ended_at }) => ({
    since: started_at.getTime(),
    until: ended_at?.getTime() ?? null,
  }));
  expect(runs, id).toEqual(expected);
}

async function startChild(): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    [script, site.testDatabase.url, JSON.stringify({ delays })],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  await once(child.stdout!, "data");
  return child;
}

async function killChild(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

function randomOf(from: number): () => number {
  let state = from >>> 0;
  return () => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
