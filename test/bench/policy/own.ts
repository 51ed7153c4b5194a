import { compileAccess, type Access, type Cell } from "@aifactory/sdk/policy";
import type { Contender, Evaluator } from "./contender.ts";

export const decide: Contender = {
  name: "decide",
  remembers: false,
  build: (subject) => new Deciding(compileAccess(subject)),
};

export const explain: Contender = {
  name: "explain",
  remembers: false,
  build: (subject) => new Explaining(compileAccess(subject)),
};

class Deciding implements Evaluator {
  readonly #access: Access;

  constructor(access: Access) {
    this.#access = access;
  }

  countAllowed(cells: readonly Cell[], from: number, to: number): number {
    let allowed = 0;
    for (let at = from; at < to; at++) {
      const { action, region } = cells[at]!;
      if (this.#access.decide(action, region)) allowed++;
    }
    return allowed;
  }
}

class Explaining implements Evaluator {
  readonly #access: Access;

  constructor(access: Access) {
    this.#access = access;
  }

  countAllowed(cells: readonly Cell[], from: number, to: number): number {
    let allowed = 0;
    for (let at = from; at < to; at++) {
      const { action, region } = cells[at]!;
      if (this.#access.explain(action, region).decision === "allow") allowed++;
    }
    return allowed;
  }
}
