import { ALL_ACTIONS, type AccessSubject, type Cell } from "@aifactory/sdk/policy";
import { createMongoAbility, type MongoAbility } from "@casl/ability";
import type { Contender, Evaluator } from "./contender.ts";
import { layersOf, type Layer, type Rule } from "./layers.ts";

/**
 * One ability a layer, without conditions, actions on regions. The last rule that matches wins: denies stand last. A
 * rule against everything stands first, for CASL keeps an index of the cells that any rule names: misses are faster.
 */
export const casl: Contender = {
  name: "CASL",
  remembers: true,
  build: (subject) =>
    new Abilities(layersOf(subject).map((layer) => abilityOf(layer, subject.regions))),
};

function abilityOf({ allows, denies }: Layer, regions: AccessSubject["regions"]): MongoAbility {
  const rule = (inverted: boolean, { actions, regions }: Rule) => {
    return { inverted, action: [...actions], subject: [...regions] };
  };
  return createMongoAbility([
    rule(true, { actions: ALL_ACTIONS, regions }),
    ...allows.map((one) => rule(false, one)),
    ...denies.map((one) => rule(true, one)),
  ]);
}

class Abilities implements Evaluator {
  readonly #first: MongoAbility;
  readonly #second: MongoAbility | undefined;

  constructor([first, second]: MongoAbility[]) {
    this.#first = first!;
    this.#second = second;
  }

  countAllowed(cells: readonly Cell[], from: number, to: number): number {
    let allowed = 0;
    for (let at = from; at < to; at++) {
      const { action, region } = cells[at]!;
      if (!this.#first.can(action, region)) continue;
      if (this.#second?.can(action, region) ?? true) allowed++;
    }
    return allowed;
  }
}
