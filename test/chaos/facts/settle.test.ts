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

const told = (since: number, until: number, generation = 1) => ({
  generation,
  since: since * 1000,
  until: until * 1000,
});

test("what everybody could see is taken as it was, whatever is recorded", () => {
  const truth = [seen(10, 20), seen(30, 40)];
  for (const recorded of [
    [run(10, 25), run(30, 40)],
    [run(10, 20), run(30, 39)],
    [run(10, 20), run(22, 23), run(30, 40)],
    [run(10, 20)],
    [run(10, 40)],
    [],
  ])
    expect(settle(truth, recorded, never, [])).toEqual(truth);
  expect(settle(truth, [run(10, 20), run(30, 40)], never, [])).toEqual([
    told(10, 20),
    told(30, 40),
  ]);
});

test("an end without a trace may be noticed later, by no more than somebody needs who can see", () => {
  const gone = seen(10, 20, { traceless: true, removed: true });
  expect(settle([gone], [run(10, 30)], never, [])).toEqual([told(10, 30)]);
  expect(settle([gone], [run(10, 40)], never, [])).toEqual([gone]);
  expect(settle([gone], [run(10, 40)], never, blind(18, 30))).toEqual([told(10, 40)]);
  expect(settle([gone], [run(10, 50)], never, blind(18, 30))).toEqual([gone]);
  expect(settle([gone], [run(10, 18)], never, [])).toEqual([gone]);
  expect(settle([gone], [run(10, 20), run(22, 24)], never, [])).toEqual([gone]);
});

test("within one second it counts what the product says", () => {
  const truth = [seen(10, 20), seen(20, 30)];
  const split = [run(10, 20), run(20.001, 30)];
  expect(settle(truth, split, never, [])).toEqual([told(10, 20), told(20.001, 30)]);
  expect(settle(truth, [run(10, 30)], never, [])).toEqual([told(10, 30)]);
  const late = settle([seen(10, 20)], [run(10, 20.7)], () => 20_700, []);
  expect(late).toEqual([told(10, 20.7)]);
  const short = [seen(10, 20, { generation: 1 }), seen(20, 21, { generation: 2 })];
  expect(settle(short, [run(10, 20.6), run(20.6, 21)], never, [])).toEqual([
    told(10, 20.6),
    told(20.6, 21, 2),
  ]);
  expect(settle([seen(10, 20), seen(21, 30)], [run(10, 30)], never, [])).not.toEqual([
    told(10, 30),
  ]);
  // Whole seconds: a moment at the turn of one is told as a second.
  expect(settle([seen(10, 20), seen(30, 31)], [run(10, 20)], never, [])).toEqual([told(10, 20)]);
  const longer = [seen(10, 20), seen(30, 32)];
  expect(settle(longer, [run(10, 20)], never, [])).toEqual(longer);
});

test("what one generation was ready for is not charged as another's", () => {
  const truth = [seen(10, 20), seen(20, 30, { generation: 2 })];
  expect(settle(truth, [run(10, 30)], never, [])).toEqual(truth);
  expect(settle(truth, [run(10, 20), run(20, 30)], never, [])).toEqual([
    told(10, 20),
    told(20, 30, 2),
  ]);
});

test("of two generations within one second, a run is of the one that was still asked for", () => {
  const truth = [seen(6, 6), seen(6, 6, { generation: 2 })];
  const accepted = ({ generation }: Interval) => (generation === 1 ? 6304 : 6835);
  expect(settle(truth, [run(6.001, 6.835)], accepted, [])).toEqual([told(6.001, 6.835, 2)]);
});

test("what has not begun yet is no generation of a run that has ended", () => {
  const truth = [seen(3, 5), seen(5, 5, { generation: 2 }), seen(6, 7, { generation: 3 })];
  const ends = [5233, 5917, Infinity];
  const accepted = ({ generation }: Interval) => ends[generation - 1]!;
  const recorded = [run(3, 5.233), run(5.233, 5.917), run(6, 7)];
  expect(settle(truth, recorded, accepted, [])).toEqual([
    told(3, 5.233),
    told(5.233, 5.917, 2),
    told(6, 7, 3),
  ]);
});

test("a run that ended when the next generation was asked for is none of it, though both are told within that second", () => {
  const truth = [seen(20, 21), seen(21, 22, { generation: 2 })];
  const ends = [21_574, Infinity];
  const accepted = ({ generation }: Interval) => ends[generation - 1]!;
  expect(settle(truth, [run(20.486, 21.574), run(21.574, 22)], accepted, [])).toEqual([
    told(20.486, 21.574),
    told(21.574, 22, 2),
  ]);
});

test("what began and ended unseen is not missed, unless a Pod was left to be found", () => {
  const flap = [seen(10, 12), seen(14, 16)];
  expect(settle(flap, [], never, blind(9, 16))).toEqual([]);
  expect(settle(flap, [], never, blind(9, 10))).toEqual(flap);
  const removed = [seen(14, 18, { removed: true })];
  expect(settle(removed, [], never, blind(9, 16))).toEqual(removed);
  expect(settle(removed, [], never, blind(9, 19))).toEqual([]);
});

test("a gap that nobody could see may be missing, one that somebody could may not", () => {
  const truth = [seen(10, 20), seen(22, 30)];
  expect(settle(truth, [run(10, 30)], never, blind(19, 25))).toEqual([told(10, 30)]);
  expect(settle(truth, [run(10, 30)], never, [...blind(19, 19.5), ...blind(20, 22)])).toEqual([
    told(10, 30),
  ]);
  expect(settle(truth, [run(10, 30)], never, blind(23, 25))).toEqual(truth);
});
