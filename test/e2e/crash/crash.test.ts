import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { expectAgreement, leftOver } from "./both-sides.ts";
import {
  expectBalanced,
  expectChargesAsRuns,
  expectCountersAsRuns,
  expectMinutesChargedOnce,
  expectRunsAsTruth,
  readBooks,
} from "./books.ts";
import { keyOf } from "../../../api/domain/ids.ts";
import { expectedRuns } from "./expected-runs.ts";
import { randomFrom } from "./random.ts";
import { startMortalSite, type MortalSite, type Victim } from "./site.ts";
import { beginStory, tryToAdvance } from "./story.ts";
import { queryAsOwner } from "./witness.ts";
import { workWaits } from "./work-waits.ts";

// A short form runs with all the others; `npm run test:crash` runs the long one.
const CRASHES = Number(process.env.CRASHES ?? 6);
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const RESUMES_WITHIN_MS = 15_000;

let site: MortalSite;
beforeAll(async () => {
  site = await startMortalSite();
});
afterAll(() => site?.remove());

/** Once the database under the server, once both; the others are the server alone. */
function victimOf(crash: number): Victim {
  if (crash === Math.floor(CRASHES / 3)) return "database";
  return crash === Math.floor((2 * CRASHES) / 3) ? "both" : "server";
}

test(`RES-5 BIL-2 after ${CRASHES} crashes at random moments everything is as asked for, and charged once`, async () => {
  console.log(`CRASHES=${CRASHES} SEED=${SEED}`);
  const random = randomFrom(SEED);
  const story = beginStory(site.owner, site.workspaceId, random.fork());
  const victims: Victim[] = [];
  let moves = 0;
  for (let crash = 0; crash < CRASHES; crash++) {
    await sleep(random.integer(300, 5000));
    if (random.next() < 0.6) {
      // Most of these moves are cut.
      void tryToAdvance(site.operator, random.integer(60, 600));
      await sleep(random.integer(0, 2500));
      moves += 1;
    }
    const before = await site.now();
    victims.push(victimOf(crash));
    await site.kill(victims.at(-1)!);
    await sleep(random.integer(0, 800));
    await site.restart();
    expect((await site.now()).getTime()).toBeGreaterThanOrEqual(before.getTime());
  }
  await story.end();
  await story.settled();
  // Deletions and growth that were accepted last may be on their way still.
  await vi.waitFor(() => expectAgreement(site.adminUrl(), story.site.living.values()), {
    timeout: 30_000,
    interval: 250,
  });
  expect(await tryToAdvance(site.operator, 600)).toBe(true);
  await story.removeAll();
  expect(await leftOver(site.adminUrl())).toEqual([]);
  for (const { kind, id } of story.site.deleted.slice(-20)) await expectGone(kind, id);
  // The minute of the last deletion is over then.
  expect(await tryToAdvance(site.operator, 120)).toBe(true);
  const books = await readBooks(site.adminUrl(), keyOf(site.organizationId));
  const expected = await expectedRuns(site.adminUrl());
  expectRunsAsTruth(books, expected);
  expectMinutesChargedOnce(books);
  expectChargesAsRuns(books);
  expectCountersAsRuns(books);
  expectBalanced(books);
  await expectClockForward();
  const waits = await expectResumed();
  console.log(
    JSON.stringify({
      seed: SEED,
      victims,
      clockMoves: moves,
      done: Object.fromEntries(story.site.done),
      runs: expected.length,
      entries: books.entries.length,
      correctedWindows: books.windows.length,
      restartMs: site.restarts,
      longestWaitMs: waits,
    }),
  );
}, 600_000);

async function expectGone(kind: string, id: string): Promise<void> {
  const { client } = site.owner;
  const read = {
    notebook: () => client.getNotebook({ path: { notebookId: id } }),
    container: () => client.getContainer({ path: { containerId: id } }),
    volume: () => client.getVolume({ path: { volumeId: id } }),
  }[kind]!;
  await expect(read()).rejects.toMatchObject({ status: 410 });
}

async function expectClockForward(): Promise<void> {
  const back = await queryAsOwner(
    site.adminUrl(),
    "select before, after from witness.clock where after < before",
  );
  expect(back).toEqual([]);
}

/** The longest that an item of work waited in each life of the server; those of the life before count from its start. */
async function expectResumed(): Promise<number[]> {
  const waits = await workWaits(site.adminUrl(), site.lives);
  const late = waits.filter(({ ms }) => ms > RESUMES_WITHIN_MS);
  expect(late).toEqual([]);
  const resumed = waits.filter(({ left, ended }) => left && ended);
  expect(resumed.length).toBeGreaterThan(0);
  return site.lives.map((_, index) =>
    Math.round(Math.max(0, ...resumed.filter(({ life }) => life === index).map(({ ms }) => ms))),
  );
}
