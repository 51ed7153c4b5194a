import { expect, test } from "vitest";
import { chargedIntervals, endsToKeep } from "./charged-intervals.ts";

const at = (second: number) => `2026-05-01T10:00:${String(second).padStart(2, "0")}.000Z`;
const date = (second: number) => new Date(at(second));
const interval = (generation: number, since: number, until: number | null) => ({
  generation,
  runningSince: at(since),
  stoppedAt: until === null ? null : at(until),
});
const end = (second: number, flavor = "small") => ({
  endedAt: at(second).replace("Z", "+00:00"),
  flavor,
});

test("BIL-1 running ends at the first of readiness lost and no longer asked for", () => {
  const intervals = [interval(1, 1, 5), interval(2, 10, 30), interval(3, 40, null)];
  expect(chargedIntervals(intervals, { 2: end(20) }, "large")).toEqual([
    { generation: 1, flavor: "large", since: date(1), until: date(5) },
    { generation: 2, flavor: "small", since: date(10), until: date(20) },
    { generation: 3, flavor: "large", since: date(40), until: null },
  ]);
});

test("BIL-1 readiness lost before the stop was accepted ends it earlier", () => {
  expect(chargedIntervals([interval(1, 1, 5)], { 1: end(8) }, "small")).toEqual([
    { generation: 1, flavor: "small", since: date(1), until: date(5) },
  ]);
});

test("BIL-1 what is told in whole seconds does not take the begun minute from a stop", () => {
  const minuteBegins = "2026-05-01T10:01:00.000Z";
  const told = { generation: 1, runningSince: at(58), stoppedAt: minuteBegins };
  const until = (endedAt: string) =>
    chargedIntervals([told], { 1: { endedAt, flavor: "small" } }, "small")[0]!.until;
  expect(until("2026-05-01T10:01:00.155+00:00")).toEqual(new Date("2026-05-01T10:01:00.155Z"));
  expect(until("2026-05-01T10:00:59.999+00:00")).toEqual(new Date("2026-05-01T10:00:59.999Z"));
  expect(until("2026-05-01T10:01:01.000+00:00")).toEqual(new Date(minuteBegins));
});

test("BIL-1 what began and ended within the second of the acceptance stays as it is told", () => {
  const told = { generation: 1, runningSince: at(5), stoppedAt: at(5) };
  const ends = { 1: { endedAt: "2026-05-01T10:00:05.600+00:00", flavor: "small" } };
  expect(chargedIntervals([told], ends, "small")[0]).toMatchObject({
    since: date(5),
    until: date(5),
  });
});

test("BIL-1 what is told to the millisecond ends at it, also in the second of the acceptance", () => {
  const told = { generation: 1, runningSince: at(1), stoppedAt: "2026-05-01T10:00:05.001Z" };
  const ends = { 1: { endedAt: "2026-05-01T10:00:05.600+00:00", flavor: "small" } };
  expect(chargedIntervals([told], ends, "small")[0]!.until).toEqual(new Date(told.stoppedAt));
});

test("BIL-1 what became ready after it was no longer asked for is not charged", () => {
  expect(chargedIntervals([interval(1, 9, null)], { 1: end(8) }, "small")).toEqual([
    { generation: 1, flavor: "small", since: date(9), until: date(9) },
  ]);
});

test("BIL-1 ends are kept while the cluster may report their generation", () => {
  const ends = { 1: end(1), 2: end(2), 3: end(3) };
  const observed = { generation: 3, intervals: [interval(2, 1, 2), interval(3, 3, null)] };
  const kept = (...of: Parameters<typeof endsToKeep>) => Object.keys(endsToKeep(...of));
  const none = { runningGeneration: null };
  expect(kept(ends, observed, { generation: 4, ...none })).toEqual(["2", "3"]);
  expect(kept(ends, null, { generation: 3, ...none })).toEqual(["3"]);
  expect(kept(ends, null, { generation: 3, runningGeneration: 1 })).toEqual(["1", "3"]);
});
