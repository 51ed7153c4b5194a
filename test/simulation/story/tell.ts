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
  done: Map<string, number>;
  struck: Map<string, number>;
  runs: number;
  entries: number;
  corrections: number;
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
  world.replicas.onError = (error) => journal(`  ~ ${error}`);
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
    const facts = await expectBooksRight(site.adminUrl(), world);
    const done = new Map<string, number>();
    for (const player of players)
      for (const [what, count] of player.done) done.set(what, (done.get(what) ?? 0) + count);
    return { ...facts, done, struck: faults.struck };
  } finally {
    await database.close();
    await site.remove();
  }
}

async function takeStep(step: Step, actors: Actors): Promise<void> {
  const { site, players, faults, advance } = actors;
  if (step.fault) faults.arm(step.fault);
  switch (step.do) {
    case "act":
      await Promise.all(step.actions.map((action) => players[action.of]!.act(action)));
      break;
    case "advance":
      if (await advance(step.seconds)) await expectQuiet(site);
      break;
    case "jump":
      await site.jump(step.seconds);
      if (await advance(1)) await expectQuiet(site);
      break;
    case "outage":
      await Promise.all(site.seats.map((seat) => seat.kill()));
      await site.jump(step.seconds);
      await Promise.all(site.seats.map((seat) => seat.revive()));
      await expectNothingDeleted(site);
      await advance(1);
      await expectNothingDeleted(site);
  }
  await faults.settle(site.seats);
}

/** Everything is deleted, and the minute of the last deletion is over. */
async function end({ site, players, advance }: Actors): Promise<void> {
  for (let tries = 0; !(await advance(61)) && tries < 5; tries++);
  for (const player of players) await player.removeAll();
  expect(await advance(30)).toBe(true);
  expect(await leftOver(site.adminUrl())).toEqual([]);
  expect(await advance(120)).toBe(true);
}

/** BIL-5: once a minute has been charged and time stands still, nothing runs that nothing pays for. */
async function expectQuiet(site: StorySite): Promise<void> {
  const debtors = "select d.* from shard_cursors, witness.debtors(shard) d";
  expect(await queryAsOwner(site.adminUrl(), debtors), "BIL-5 debtors that run").toEqual([]);
}

/** BIL-6: no debt that went on while nobody was there to warn of it is cause of a deletion within an hour. */
async function expectNothingDeleted(site: StorySite): Promise<void> {
  const told = `select * from notices where kind = 'deletedForDebt' and at > site_now() - interval '59 minutes'`;
  expect(await queryAsOwner(site.adminUrl(), told), "BIL-6 deleted after an outage").toEqual([]);
}
