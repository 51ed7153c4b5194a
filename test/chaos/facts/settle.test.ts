import { expect, test } from "vitest";
import { settle, type Interval, type Recorded } from "./settle.ts";

const seen = (since: number, until: number, more: Partial<Interval> = {}): Interval => ({
  generation: 1,
  since: since * 1000,
  until: until * 1000,
  traceless: false,
  removed: false,
  ...more,
});
const run = (startedAt: number, endedAt: number): Recorded => ({
  startedAt: startedAt * 1000,
  endedAt: endedAt * 1000,
});
const blind = (from: number, until: number) => [{ from: from * 1000, until: until * 1000 }];
const never = () => Number.POSITIVE_INFINITY;

test("what everybody could see is taken as it was, whatever is recorded", () => {
  const truth = [seen(10, 20), seen(30, 40)];
  expect(settle(truth, [run(10, 25), run(30, 39)], never, [])).toEqual(truth);
  expect(settle(truth, [run(10, 40)], never, [])).toEqual(truth);
  expect(settle(truth, [], never, [])).toEqual(truth);
});

test("an end without a trace may be noticed later, by no more than somebody needs who can see", () => {
  const gone = seen(10, 20, { traceless: true, removed: true });
  expect(settle([gone], [run(10, 30)], never, [])).toMatchObject([{ until: 30_000 }]);
  expect(settle([gone], [run(10, 40)], never, [])).toEqual([gone]);
  expect(settle([gone], [run(10, 40)], never, blind(18, 30))).toMatchObject([{ until: 40_000 }]);
  expect(settle([gone], [run(10, 50)], never, blind(18, 30))).toEqual([gone]);
  expect(settle([gone], [run(10, 18)], never, [])).toEqual([gone]);
});

test("within one second the product's milliseconds count", () => {
  const truth = [seen(10, 20), seen(20, 30)];
  expect(settle(truth, [run(10, 20), run(20.001, 30)], never, [])).toMatchObject([
    { since: 10_000 },
    { since: 20_001 },
  ]);
  expect(settle([seen(10, 20)], [run(10, 20.7)], () => 20_700, [])).toMatchObject([
    { until: 20_700 },
  ]);
});

test("what began and ended unseen is not missed, unless a Pod was left to be found", () => {
  const flap = [seen(10, 12), seen(14, 15)];
  expect(settle(flap, [], never, blind(9, 16))).toEqual([]);
  const removed = [seen(14, 18, { removed: true })];
  expect(settle(removed, [], never, blind(9, 16))).toEqual(removed);
  expect(settle(removed, [], never, blind(9, 19))).toEqual([]);
});

test("a gap that nobody could see may be missing, one that somebody could may not", () => {
  const truth = [seen(10, 20), seen(22, 30)];
  expect(settle(truth, [run(10, 30)], never, blind(19, 25))).toMatchObject([
    { since: 10_000, until: 30_000 },
  ]);
  expect(settle(truth, [run(10, 30)], never, blind(23, 25))).toEqual(truth);
});
