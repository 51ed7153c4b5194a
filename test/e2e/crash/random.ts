/** A seeded source of numbers (mulberry32), so that a run can be told again. */
export interface Random {
  /** Of [0, 1). */
  next(): number;
  /** Whole, both ends included. */
  integer(from: number, to: number): number;
  pick<T>(list: readonly T[]): T;
  /** Another source, independent of how often this one is asked later. */
  fork(): Random;
}

export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    integer,
    pick: (list) => list[integer(0, list.length - 1)]!,
    fork: () => randomFrom(Math.floor(next() * 2 ** 32)),
  };
}
