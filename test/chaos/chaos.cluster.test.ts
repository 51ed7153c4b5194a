import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeWorld, type World } from "./site/world.ts";
import { addUp, tell, type Told } from "./story/tell.ts";

// A short form runs with the cluster suites; `SEEDS=30 npm run test:chaos` runs the campaign, `SEED=7` tells one again.
const COUNT = Number(process.env.SEEDS ?? 2);
const FIRST = Number(process.env.SEED ?? 1);
const seeds =
  process.env.SEED && !process.env.SEEDS ? [FIRST] : [...Array(COUNT).keys()].map((n) => FIRST + n);

// It stops and kills parts of its cluster, which nobody may do to somebody else's.
const isForeign = process.env.AIFACTORY_TEST_CLUSTER === "external";

describe.skipIf(isForeign)("chaos", () => {
  let world: World;
  const told: Told[] = [];
  beforeAll(async () => {
    world = await makeWorld();
  });
  afterAll(async () => {
    await world?.end();
    console.log(JSON.stringify(summary(told)));
  });

  test.each(seeds)(
    "RES-5 BIL-1 seed %i: whatever fails, cluster and database are equal afterwards, nothing ran twice, and the minutes are charged",
    async (seed) => {
      const journal: string[] = [];
      try {
        told.push(await tell(world, seed, (line) => journal.push(line)));
      } catch (error) {
        console.error(
          `${journal.join("\n")}\n${inspect(error)}\nTell it again: SEED=${seed} npm run test:chaos`,
        );
        throw error;
      }
      expect(journal.length).toBeGreaterThan(0);
    },
    400_000,
  );
});

/** Of what the stories were made, added up. */
const summary = (told: Told[]) => ({
  stories: told.length,
  faults: addUp(told.map(({ faults }) => faults)),
  actions: addUp(told.map(({ actions }) => actions)),
  books: addUp(told.map(({ books }) => books)),
});
