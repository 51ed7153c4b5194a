import { statementMask } from "./action-mask.ts";
import type { Statement } from "./statement.ts";

/** A set of cells: for each region of a catalogue, in its order, the actions as bits. */
export type Coverage = Int32Array;

/** The cells that a statement speaks about. */
export function coverageOf(statement: Statement, regions: readonly string[]): Coverage {
  const actions = statementMask(statement);
  const named = statement.regions;
  return Int32Array.from(regions, (region) =>
    named === "*" || named.includes(region) ? actions : 0,
  );
}

/** The cells of any of some sets. */
export function unionOf(sets: readonly Coverage[], regions: readonly string[]): Coverage {
  const union = new Int32Array(regions.length);
  for (const set of sets) {
    for (const [region, actions] of set.entries()) union[region]! |= actions;
  }
  return union;
}

/** Whether a set is empty. */
export function isEmpty(set: Coverage): boolean {
  return set.every((actions) => actions === 0);
}

/** Whether every cell of one set is in another. */
export function isWithin(set: Coverage, other: Coverage): boolean {
  return set.every((actions, region) => (actions & ~other[region]!) === 0);
}
