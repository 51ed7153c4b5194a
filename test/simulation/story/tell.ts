import { expect } from "vitest";
import { openDatabase } from "../../../api/db/database.ts";
import { carefulClient } from "../../e2e/crash/careful-client.ts";
import { randomFrom } from "../../e2e/crash/random.ts";
import { tryToAdvance } from "../../e2e/crash/story.ts";
import { leftOver } from "../../e2e/crash/both-sides.ts";
import { queryAsOwner } from "../../e2e/crash/witness.ts";
import { expectBooksRight } from "../facts/expect-books.ts";
import type { World } from "../site/world.ts";
import { Faults } from "./faults.ts";
import { Player } from "./player.ts";
import { scheduleOf, type Step } from "./schedule.ts";
import { openStorySite, type StorySite } from "./site.ts";

/** What there was in a story, to be seen in a campaign's summary. */
export interface Told {
  actions: Record<string, number>;
  faults: Record<string, number>;
  books: Record<string, number>;
}

interface Actors {
  site: StorySite;
  players: Player[];
  faults: Faults;
  advance: (seconds: number) => Promise<boolean>;
}

/** Plays the story of a seed and judges its books; `journal` tells what happened, line by line. */
export async function tell(
  world: World,
  seed: number,
  journal: (line: string) => void,
): Promise<Told> {
  const schedule = scheduleOf(seed);
  const faults = new Faults(world.cluster, randomFrom(seed).fork(), journal);
  world.replicas.onError = withoutRepetition((error) => journal(`  ~ ${error}`));
  const site = await openStorySite(world, schedule, faults);
  const database = openDatabase(site.applicationUrl);
  try {
    const operator = carefulClient(site.url, world.operatorToken);
    const shared = { url: site.url, operator, database, now: () => site.now(), journal };
    const players = world.tenants.map((tenant) => new Player({ ...shared, tenant }));
    const advance = (seconds: number) => tryToAdvance(operator, seconds);
    const actors = { site, players, faults, advance };
    for (const [index, step] of schedule.steps.entries()) {
      const { do: what, fault } = step;
      const seconds = "seconds" in step ? ` ${step.seconds} s` : "";
      journal(`${index}: ${what}${seconds} ${fault ? `${fault.kind}@${fault.atCommit}` : ""}`);
      await takeStep(step, actors);
    }
    await end(actors);
    await site.closeReplicas();
    const books = await expectBooksRight(site.adminUrl(), world);
    const actions = addUp(players.map(({ done }) => Object.fromEntries(done)));
    return { actions, faults: Object.fromEntries(faults.struck), books };
  } finally {
    await faults.end();
    await database.close();
    await site.remove();
  }
}

async function takeStep(step: Step, actors: Actors): Promise<void> {
  const { site, players, faults } = actors;
  if (step.fault) faults.arm(step.fault);
  const before = await site.now();
  if (step.do === "outage") await site.standStill(step.seconds);
  if (step.do === "jump") await site.jump(step.seconds);
  const acts = Promise.all(step.actions.map((action) => players[action.of]!.act(action)));
  const seconds = { act: 0, advance: "seconds" in step ? step.seconds : 0, jump: 1, outage: 1 }[
    step.do
  ];
  const [advanced] = await Promise.all([seconds > 0 && actors.advance(seconds), acts]);
  if (step.do === "outage") await expectNothingDeleted(site, before);
  await faults.settle(site.seats);
  if (!advanced) return;
  await expectQuiet(actors);
  await expectDebtsFollowed(site);
}

/** Everything is deleted, and the minute of the last deletion is over. */
async function end({ site, players, advance }: Actors): Promise<void> {
  for (let tries = 0; !(await advance(61)) && tries < 5; tries++);
  for (const player of players) await player.removeAll();
  expect(await advance(30)).toBe(true);
  expect(await leftOver(site.adminUrl())).toEqual([]);
  expect(await advance(120)).toBe(true);
}

/**
 * BIL-5: whoever could pay nothing at the last tick is stopped by the time the next one has come, and with it what was
 * accepted while the tick was at it.
 */
async function expectQuiet({ site, advance }: Actors): Promise<void> {
  const debtors = () =>
    queryAsOwner(site.adminUrl(), "select d.* from shard_cursors, witness.debtors(shard) d");
  if ((await debtors()).length === 0 || !(await advance(60))) return;
  expect(await debtors(), "BIL-5 debtors that run").toEqual([]);
}

/** BIL-6: every debt has had the warnings of its age, and after 24 hours and the last of them its deletion. */
async function expectDebtsFollowed(site: StorySite): Promise<void> {
  const overdue = `
    select * from (
      select s.*, case warnings
        when 0 then negative_since
        when 1 then negative_since + interval '12 hours'
        when 2 then negative_since + interval '23 hours'
        else greatest(negative_since + interval '24 hours', last_warned_at + interval '1 hour') end as due
      from shortages s where negative_since is not null) debts
    where due < site_now() - interval '1 minute'`;
  expect(await queryAsOwner(site.adminUrl(), overdue), "BIL-6 debts left alone").toEqual([]);
}

/** BIL-6: nothing is deleted right after an outage, which took days. */
async function expectNothingDeleted(site: StorySite, outage: Date): Promise<void> {
  const back = new Date(outage.getTime() + 86_400_000).toISOString();
  const told = `select * from notices where kind = 'deletedForDebt' and at > '${back}'`;
  expect(await queryAsOwner(site.adminUrl(), told), "BIL-6 deleted after an outage").toEqual([]);
}

/** A database that is away is told of once. */
function withoutRepetition(journal: (line: string) => void): (line: string) => void {
  let last = "";
  return (line) => {
    if (line !== last) journal(line);
    last = line;
  };
}

/** Counts by name, added up. */
export function addUp(parts: Record<string, number>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const [what, count] of parts.flatMap((part) => Object.entries(part)))
    total[what] = (total[what] ?? 0) + count;
  return total;
}
