import type { Cell } from "@aifactory/sdk/policy";
import {
  newCachedEnforcer,
  newEnforcer,
  newModelFromString,
  type CachedEnforcer,
  type Enforcer,
} from "casbin";
import type { Contender, Evaluator } from "./contender.ts";
import { layersOf, type Layer } from "./layers.ts";

// Exact matches on enumerated cells: no function, no role, no pattern in the matcher.
const MODEL = `
[request_definition]
r = act, region
[policy_definition]
p = act, region, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = r.act == p.act && r.region == p.region`;

/** One enforcer a layer, so that each looks through few rows; asked without promises. */
export const casbin: Contender = {
  name: "casbin",
  remembers: false,
  build: async (subject) =>
    new Enforcers(
      await Promise.all(
        layersOf(subject).map(async (layer) =>
          filled(await newEnforcer(newModelFromString(MODEL)), layer),
        ),
      ),
    ),
};

/** The same, keeping each decision: casbin does so behind a promise only. */
export const casbinCached: Contender = {
  name: "casbin, cached",
  remembers: true,
  build: async (subject) =>
    new CachedEnforcers(
      await Promise.all(
        layersOf(subject).map(async (layer) =>
          filled(await newCachedEnforcer(newModelFromString(MODEL)), layer),
        ),
      ),
    ),
};

/** Adds each row once; denies first, for the first of them ends the search. */
async function filled<E extends Enforcer>(enforcer: E, layer: Layer): Promise<E> {
  const rows = new Map<string, string[]>();
  for (const [effect, rules] of [
    ["deny", layer.denies],
    ["allow", layer.allows],
  ] as const)
    for (const { actions, regions } of rules)
      for (const action of actions)
        for (const region of regions)
          rows.set(`${effect} ${action} ${region}`, [action, region, effect]);
  await enforcer.addPolicies([...rows.values()]);
  return enforcer;
}

class Enforcers implements Evaluator {
  readonly #first: Enforcer;
  readonly #second: Enforcer | undefined;

  constructor([first, second]: Enforcer[]) {
    this.#first = first!;
    this.#second = second;
  }

  countAllowed(cells: readonly Cell[], from: number, to: number): number {
    let allowed = 0;
    for (let at = from; at < to; at++) {
      const { action, region } = cells[at]!;
      if (!this.#first.enforceSync(action, region)) continue;
      if (this.#second?.enforceSync(action, region) ?? true) allowed++;
    }
    return allowed;
  }
}

class CachedEnforcers implements Evaluator {
  readonly #first: CachedEnforcer;
  readonly #second: CachedEnforcer | undefined;

  constructor([first, second]: CachedEnforcer[]) {
    this.#first = first!;
    this.#second = second;
  }

  async countAllowed(cells: readonly Cell[], from: number, to: number): Promise<number> {
    let allowed = 0;
    for (let at = from; at < to; at++) {
      const { action, region } = cells[at]!;
      if (!(await this.#first.enforce(action, region))) continue;
      if (this.#second === undefined || (await this.#second.enforce(action, region))) allowed++;
    }
    return allowed;
  }
}
