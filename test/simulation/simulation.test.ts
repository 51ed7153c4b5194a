import { inspect } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addUp, tell, type Told } from "./story/tell.ts";
import { makeWorld, type World } from "./site/world.ts";

// A short form runs with all the others; `SEEDS=200 npm run test:simulation` runs the campaign, `SEED=7` tells one again.
const COUNT = Number(process.env.SEEDS ?? 2);
const FIRST = Number(process.env.SEED ?? 1);
const seeds =
  process.env.SEED && !process.env.SEEDS ? [FIRST] : [...Array(COUNT).keys()].map((n) => FIRST + n);

let world: World;
const told: Told[] = [];
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(async () => {
  await world?.end();
  console.log(JSON.stringify(summary()));
});

test.each(seeds)(
  "BIL-1…6 WAL-2 WAL-3 WAL-4 WAL-6 seed %i: every minute is charged once, from the right credit, whatever fails",
  async (seed) => {
    const journal: string[] = [];
    try {
      told.push(await tell(world, seed, (line) => journal.push(line)));
    } catch (error) {
      console.error(
        `${journal.join("\n")}\n${inspect(error)}\nTell it again: SEED=${seed} npm run test:simulation`,
      );
      throw error;
    }
    expect(journal.length).toBeGreaterThan(0);
  },
  240_000,
);

/** Of what the stories were made, added up. */
const summary = () => ({
  stories: told.length,
  faults: addUp(told.map(({ faults }) => faults)),
  actions: addUp(told.map(({ actions }) => actions)),
  books: addUp(told.map(({ books }) => books)),
});
