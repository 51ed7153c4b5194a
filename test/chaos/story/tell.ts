import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { randomFrom } from "../../e2e/crash/random.ts";
import { differences } from "../facts/both-sides.ts";
import { expectBooksRight } from "../facts/expect-books.ts";
import { openChaosSite, type ChaosSite } from "../site/site.ts";
import type { World } from "../site/world.ts";
import { Witness } from "../witness/witness.ts";
import { FaultLog } from "./fault-log.ts";
import { strike } from "./faults.ts";
import { beginLives } from "./lives.ts";
import { scheduleOf } from "./schedule.ts";

/** What there was in a story, to be seen in a campaign's summary. */
export interface Told {
  actions: Record<string, number>;
  faults: Record<string, number>;
  books: Record<string, number>;
}

const FAULTS = 9;
// What was refused is asked for again after half a minute, and KWOK may notice only after a minute that the API server is back.
const [QUIET_MS, QUIET_AFTER_RESTART_MS] = [75_000, 150_000];
const REPEAT_MS = 5000;

/** Plays the story of a seed and judges what is left; `journal` tells what happened, line by line. */
export async function tell(
  world: World,
  seed: number,
  journal: (line: string) => void,
): Promise<Told> {
  const random = randomFrom(seed);
  const write = (line: string) => journal(`${new Date().toISOString().slice(11, 23)} ${line}`);
  world.replicas.onError = withoutRepetition((error) => write(`  ~ ${error}`));
  const site = await openChaosSite(world, seed);
  const witness = new Witness(world.admin.config, site.clusterId);
  const log = new FaultLog();
  const over = new AbortController();
  try {
    const lives = beginLives({
      world,
      site,
      random: random.fork(),
      journal: write,
      signal: over.signal,
    });
    for (const { kind, afterMs } of scheduleOf(seed, random, FAULTS)) {
      await sleep(afterMs);
      write(`! ${kind}`);
      await strike(kind, { world, site, witness, random, log });
      write(`. ${kind}`);
    }
    over.abort();
    await lives.end();
    write("quiet");
    const { admin } = world;
    const withinMs = log.struck.has("restartApiServer") ? QUIET_AFTER_RESTART_MS : QUIET_MS;
    await becomesEmpty(withinMs, () => differences(admin, site, lives.wanted));
    write("equal");
    await lives.removeAll();
    lives.wanted.living.clear();
    await becomesEmpty(withinMs, () => leftOver(world, site, lives.wanted));
    write("gone");
    await witness.stop();
    await site.closeReplicas();
    expect(witness.doubles, "two processes of one resource at once").toEqual([]);
    const books = await expectBooksRight(site, witness, log);
    const actions = Object.fromEntries(lives.wanted.done);
    return { actions, faults: Object.fromEntries(log.struck), books };
  } finally {
    over.abort();
    await witness.stop();
    await site.remove();
  }
}

/** Two looks in a row: what is equal once may be on its way to something else. */
async function becomesEmpty(withinMs: number, look: () => Promise<string[]>): Promise<void> {
  let empty = 0;
  for (const deadline = Date.now() + withinMs; ; await sleep(500)) {
    const found = await look();
    empty = found.length === 0 ? empty + 1 : 0;
    if (empty === 2) return;
    if (Date.now() > deadline) return expect(found).toEqual([]);
  }
}

/** Of what was deleted nothing is left on either side, but the namespace of the Workspace that lives. */
async function leftOver(
  { admin }: World,
  site: ChaosSite,
  wanted: Parameters<typeof differences>[2],
): Promise<string[]> {
  const { rows } = await site.database.asOwner(
    `select id, status from resources where deleted_at is null
     union all select id, status from volumes where deleted_at is null`,
  );
  return [...rows.map((row) => JSON.stringify(row)), ...(await differences(admin, site, wanted))];
}

/** Counts by name, added up. */
export function addUp(parts: Record<string, number>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const [what, count] of parts.flatMap((part) => Object.entries(part)))
    total[what] = (total[what] ?? 0) + count;
  return total;
}

/** What is away is told of once in a while. */
function withoutRepetition(journal: (line: string) => void): (line: string) => void {
  const toldAt = new Map<string, number>();
  return (line) => {
    if (Date.now() - (toldAt.get(line) ?? 0) < REPEAT_MS) return;
    toldAt.set(line, Date.now());
    journal(line);
  };
}
