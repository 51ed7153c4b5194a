import type { Random } from "../../e2e/crash/random.ts";
import { FAULTS, type FaultKind } from "./faults.ts";

const KINDS = Object.keys(FAULTS) as FaultKind[];

/** A fault, and how long after the one before it. */
export interface Planned {
  kind: FaultKind;
  afterMs: number;
}

/** So many faults; in campaigns each kind is the first of a seed in turn, so that none is left out. */
export function scheduleOf(seed: number, random: Random, count: number): Planned[] {
  return Array.from({ length: count }, (_, index) => ({
    kind: index === 0 ? KINDS[seed % KINDS.length]! : random.pick(KINDS),
    afterMs: random.integer(index === 0 ? 2000 : 300, 3000),
  }));
}
