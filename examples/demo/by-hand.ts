import type { Charges } from "./charges.ts";
import type { Interval } from "./intervals.ts";
import { decimal, micros } from "./money.ts";
import { line } from "./print.ts";

/** Computes every charge anew from the intervals alone; throws where one of them was charged something else. */
export function expectByHand(intervals: readonly Interval[], charges: Charges): void {
  const owed = intervals.map(({ what, pricePerHour, from, to }) => {
    const [expected, found] = [cost(pricePerHour, minutesTouched(from, to)), charges.of(what)];
    if (found !== expected)
      throw new Error(`${what} was charged ${decimal(found)} USD instead of ${decimal(expected)}`);
    return expected;
  });
  const sum = owed.reduce((total, part) => total + part, 0n);
  if (sum !== charges.total)
    throw new Error(`${decimal(charges.total)} USD were charged instead of ${decimal(sum)}`);
  line("By hand, from the intervals alone, it is the same");
}

/** F(n) = floor(pricePerHour · n / 60) (BIL-2). */
function cost(pricePerHour: string, minutes: bigint): bigint {
  return (micros(pricePerHour) * minutes) / 60n;
}

/** Every UTC minute that the interval touches, each once (BIL-1). */
function minutesTouched(from: string, to: string): bigint {
  return BigInt(Math.ceil(Date.parse(to) / 60_000) - Math.floor(Date.parse(from) / 60_000));
}
