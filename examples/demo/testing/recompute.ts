import { expect } from "vitest";

const INTERVAL = /interval (\S+) (.+) at (\S+) USD\/h from (\S+) to (\S+)/g;

/** BIL-1 BIL-2: the charges that a story tells follow from the intervals that it tells. Answers them, in millionths. */
export function expectChargesAsTold(story: string): bigint[] {
  const intervals = [...story.matchAll(INTERVAL)];
  expect(intervals).toHaveLength(4);
  const expected = intervals.map(([, , , price, from, to]) =>
    cost(price!, minutesTouched(from!, to!)),
  );
  const charged = [...story.matchAll(/charged \S+ .+ = (\d+\.\d{6}) USD/g)].map(([, amount]) =>
    BigInt(amount!.replace(".", "")),
  );
  expect(charged.toSorted(compare)).toEqual(expected.toSorted(compare));
  const total = /total charged (\d+\.\d{6}) USD/.exec(story)![1]!;
  expect(BigInt(total.replace(".", ""))).toBe(expected.reduce((sum, part) => sum + part, 0n));
  return expected;
}

/** Micro-units for n minutes: F(n) = floor(pricePerHour · n / 60) (BIL-2). */
function cost(pricePerHour: string, minutes: bigint): bigint {
  const [whole, fraction = ""] = pricePerHour.split(".");
  return (BigInt(whole! + fraction.padEnd(6, "0")) * minutes) / 60n;
}

/** Every UTC minute that the interval touches, each once (BIL-1). */
function minutesTouched(from: string, to: string): bigint {
  return BigInt(Math.ceil(Date.parse(to) / 60_000) - Math.floor(Date.parse(from) / 60_000));
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
