import { expect, test } from "vitest";
import type { ObservedWorkload, ReadyInterval } from "#ports/cluster.ts";
import { backOff, ready, restarted, seen, unready } from "../testing/pods.ts";
import { intervalsOf } from "./intervals.ts";

const at = (clock: string) => `2026-11-29T${clock}Z`;
const iso = (clock: string) => `2026-11-29T${clock}.000Z`;
const recorded = (...intervals: ReadyInterval[]): ObservedWorkload => ({
  generation: 1,
  phase: "ready",
  cause: null,
  exitCode: null,
  restarts: 0,
  intervals,
  endpoints: [],
});
const one = (since: string, until: string | null, generation = 1): ReadyInterval => ({
  generation,
  runningSince: since,
  stoppedAt: until,
});
const alive = () => null;

test("BIL-1 an interval begins when the Pod became ready, whenever that is seen", () => {
  expect(intervalsOf([seen({ status: ready(at("10:00:00")) })], null, alive)).toEqual([
    one(iso("10:00:00"), null),
  ]);
});

test("BIL-1 readiness that was lost and came back is two intervals", () => {
  const pod = seen(
    { status: ready(at("10:00:00")) },
    { status: unready(at("10:05:00")) },
    { status: ready(at("10:07:00")) },
  );
  expect(intervalsOf([pod], null, alive)).toEqual([
    one(iso("10:00:00"), iso("10:05:00")),
    one(iso("10:07:00"), null),
  ]);
});

test("BIL-1 a restart between two looks ends at the end of the process", () => {
  const pod = seen(
    { status: ready(at("10:00:00")) },
    { status: restarted(at("10:06:00"), at("10:05:30"), 1) },
  );
  expect(intervalsOf([pod], null, alive)).toEqual([
    one(iso("10:00:00"), iso("10:05:30")),
    one(iso("10:06:00"), null),
  ]);
});

test("BIL-1 what was recorded before this process watched is continued", () => {
  const before = recorded(one(iso("10:00:00"), null));
  const stillReady = seen({ status: ready(at("10:00:00")) });
  expect(intervalsOf([stillReady], before, alive)).toEqual(before.intervals);
  const lost = seen({ status: unready(at("10:05:00")) });
  expect(intervalsOf([lost], before, alive)).toEqual([one(iso("10:00:00"), iso("10:05:00"))]);
  const again = seen({ status: restarted(at("10:06:00"), at("10:05:30"), 1) });
  expect(intervalsOf([again], before, alive)).toEqual([
    one(iso("10:00:00"), iso("10:05:30")),
    one(iso("10:06:00"), null),
  ]);
});

test("BIL-1 a removal ends the interval when it was asked for, not when the process has ended", () => {
  const removed = { deletionTimestamp: at("10:10:30"), graceSeconds: 30 };
  const pod = seen(
    { status: ready(at("10:00:00")) },
    { status: ready(at("10:00:00")), removed },
    { status: unready(at("10:10:20")), removed },
  );
  expect(intervalsOf([pod], null, alive)).toEqual([one(iso("10:00:00"), iso("10:10:00"))]);
});

test("BIL-1 a restart within one second is told apart, also by a process that sees only its outcome", () => {
  const states = [
    { status: ready(at("10:00:00")) },
    { status: backOff(at("10:00:00"), 3, 0) },
    { status: restarted(at("10:00:00"), at("10:00:00"), 1) },
  ];
  const pod = seen(...states);
  const intervals = intervalsOf([pod], null, alive);
  expect(intervals).toEqual([
    one(iso("10:00:00"), iso("10:00:00")),
    one("2026-11-29T10:00:00.001Z", null),
  ]);
  const fresh = seen(states[2]!);
  expect(intervalsOf([fresh], recorded(...intervals), alive)).toEqual(intervals);
  const unseen = intervalsOf([fresh], recorded(intervals[0]!), alive);
  expect(unseen).toEqual(intervals);
});

test("BIL-1 of several restarts within one second each is told, also once the next second has come", () => {
  const states = [
    { status: ready(at("10:00:00")) },
    { status: backOff(at("10:00:00"), 3, 0) },
    { status: restarted(at("10:00:00"), at("10:00:00"), 1) },
  ];
  const second = intervalsOf([seen(...states)], null, alive);
  const later = seen(
    ...states,
    { status: backOff(at("10:00:00"), 3, 1) },
    { status: restarted(at("10:00:01"), at("10:00:00"), 2) },
  );
  expect(intervalsOf([later], recorded(...second), alive)).toEqual([
    one(iso("10:00:00"), iso("10:00:00")),
    one("2026-11-29T10:00:00.001Z", "2026-11-29T10:00:00.001Z"),
    one(iso("10:00:01"), null),
  ]);
});

test("BIL-1 two generations that became ready within one second are told apart", () => {
  const removed = { deletionTimestamp: at("10:00:00"), graceSeconds: 0 };
  const first = seen({ status: ready(at("10:00:00")) }, { status: ready(at("10:00:00")), removed });
  const second = seen(
    { generation: 2, status: ready(at("10:00:00")) },
    { generation: 2, status: unready(at("10:04:00")) },
  );
  const intervals = intervalsOf([first, second], null, alive);
  expect(intervals).toEqual([
    one(iso("10:00:00"), iso("10:00:00")),
    one("2026-11-29T10:00:00.001Z", iso("10:04:00"), 2),
  ]);
  expect(intervalsOf([first, second], recorded(...intervals), alive)).toEqual(intervals);
});

test("BIL-1 a Pod whose node is gone was ready until then; its successor begins anew", () => {
  const lost = seen({ status: ready(at("10:00:00")) });
  const first = intervalsOf([lost], null, () => iso("10:20:00"));
  expect(first).toEqual([one(iso("10:00:00"), iso("10:20:00"))]);
  const next = seen({ attempt: 1, createdAt: at("10:21:00"), status: ready(at("10:22:00")) });
  expect(intervalsOf([next], recorded(...first), alive)).toEqual([
    ...first,
    one(iso("10:22:00"), null),
  ]);
});

test("BIL-1 an open interval that no Pod explains is not told", () => {
  const before = recorded(one(iso("10:00:00"), null));
  const next = seen({ attempt: 1, createdAt: at("10:21:00") });
  expect(intervalsOf([next], before, alive)).toEqual([]);
});

test("BIL-1 generations of which nothing is left are told no more", () => {
  const before = recorded(one(iso("10:00:00"), iso("10:05:00")));
  const next = seen({ generation: 2, createdAt: at("10:06:00"), status: ready(at("10:07:00")) });
  expect(intervalsOf([next], before, alive)).toEqual([one(iso("10:07:00"), null, 2)]);
});
