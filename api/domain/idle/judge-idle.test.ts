import { expect, test } from "vitest";
import type { Idleness } from "#domain/resources/types.ts";
import type { Activity } from "#ports/cluster.ts";
import { judgeIdle } from "./judge-idle.ts";

const START = Date.parse("2026-11-21T12:00:00.000Z");
const PERIOD = { afterMinutes: 60 };
const after = (minutes: number) => new Date(START + minutes * 60_000);
const iso = (minutes: number) => after(minutes).toISOString();

const FRESH: Idleness = {
  runningSince: iso(0),
  idleSince: null,
  announced: null,
  unknown: null,
};
const quiet = (minutes: number): Activity => ({
  kernels: { busy: 0, quietSeconds: minutes * 60 },
  terminals: { open: 1, quietSeconds: minutes * 60 },
  connections: { open: 0, quietSeconds: minutes * 60 },
  gpuPercent: 0,
});
const IDLE = quiet(20_000);
const judge = (before: Idleness, minutes: number, activity: Activity | null, period = PERIOD) =>
  judgeIdle(before, period, { activity, at: after(minutes) }, after(minutes));

/** Idle from minute 0 on, and said to be stopped at minute 60. */
const WARNED: Idleness = {
  ...FRESH,
  idleSince: iso(0),
  announced: { afterMinutes: 60, stopsAt: iso(60) },
};

test("RES-9 idle counts from the first probe that finds nothing, is announced, and ends in a stop", () => {
  const first = judge(FRESH, 0, IDLE);
  expect(first).toEqual({
    idleness: { ...FRESH, idleSince: iso(0) },
    act: null,
    again: after(5),
  });
  expect(judge(first.idleness, 44, IDLE)).toMatchObject({ act: null, again: after(48) });
  expect(judge(first.idleness, 48, IDLE)).toEqual({
    idleness: WARNED,
    act: "warn",
    again: after(53),
  });
  expect(judge(WARNED, 58, IDLE)).toEqual({ idleness: WARNED, act: null, again: after(60) });
  expect(judge(WARNED, 60, IDLE).act).toBe("stop");
});

test.each([
  [20, 10],
  [50, 40],
  [60, 48],
  [300, 240],
  [10_080, 10_020],
])("RES-9 of %i minutes the stop is announced after %i", (afterMinutes, announcedAfter) => {
  const before = { ...FRESH, idleSince: iso(0) };
  const period = { afterMinutes };
  expect(judge(before, announcedAfter - 1, IDLE, period).act).toBeNull();
  const { act, idleness } = judge(before, announcedAfter, IDLE, period);
  expect(act).toBe("warn");
  expect(idleness.announced).toEqual({ afterMinutes, stopsAt: iso(afterMinutes) });
});

const IN_USE: [string, Partial<Activity>][] = [
  ["a kernel computes", { kernels: { busy: 1, quietSeconds: 9999 } }],
  ["a kernel has just ended", { kernels: { busy: 0, quietSeconds: 30 } }],
  ["a terminal prints", { terminals: { open: 1, quietSeconds: 2 } }],
  ["somebody is connected", { connections: { open: 1, quietSeconds: 9999 } }],
  ["somebody asked for something", { connections: { open: 0, quietSeconds: 5 } }],
  ["a GPU works", { gpuPercent: 1 }],
];

test.each(IN_USE)("RES-9 while %s it is in use, whatever else is quiet or unknown", (_, use) => {
  const nothing = { kernels: null, terminals: null, connections: null, gpuPercent: null };
  for (const others of [IDLE, nothing]) {
    const verdict = judge(WARNED, 60, { ...others, ...use });
    expect(verdict).toEqual({ idleness: FRESH, act: "withdraw", again: after(65) });
    expect(judge(FRESH, 60, { ...others, ...use }).act).toBeNull();
  }
});

const UNKNOWN: [string, Activity | null][] = [
  ["nothing", null],
  ["no kernels", { ...IDLE, kernels: null }],
  ["no terminals", { ...IDLE, terminals: null }],
  ["no connections", { ...IDLE, connections: null }],
  ["no GPU where there is a measure", { ...IDLE, gpuPercent: null }],
];

test.each(UNKNOWN)("RES-9 a probe that tells of %s stops nothing and resets nothing", (_, told) => {
  const late = judge(WARNED, 61, told);
  expect(late).toEqual({
    idleness: { ...WARNED, unknown: { since: iso(61), told: false } },
    act: null,
    again: after(66),
  });
  expect(judge(late.idleness, 66, IDLE).act).toBe("stop");
  expect(judge(FRESH, 5, told).idleness.idleSince).toBeNull();
});

test("RES-9 no measure of GPUs is not missing data; what was never opened has no last activity", () => {
  expect(judge(WARNED, 60, { ...IDLE, gpuPercent: "unmetered" }).act).toBe("stop");
  const unopened = {
    ...IDLE,
    kernels: { busy: 0, quietSeconds: null },
    terminals: { open: 0, quietSeconds: null },
  };
  expect(judge(WARNED, 60, unopened).act).toBe("stop");
});

test("RES-9 what cannot be judged for an hour is said once, and again only after it could be", () => {
  let { idleness } = judge(FRESH, 5, null);
  const acts: [number, string | null][] = [];
  const probe = (minutes: number, activity: Activity | null) => {
    const verdict = judge(idleness, minutes, activity);
    idleness = verdict.idleness;
    if (verdict.act !== null) acts.push([minutes, verdict.act]);
  };
  for (let minutes = 10; minutes <= 600; minutes += 5) probe(minutes, null);
  expect(acts).toEqual([[65, "tell"]]);
  probe(605, IDLE);
  for (let minutes = 610; minutes <= 800; minutes += 5) probe(minutes, null);
  expect(acts).toEqual([
    [65, "tell"],
    [670, "tell"],
  ]);
});

test("RES-9 use between two probes counts from its end and withdraws a stop; ages that differ a little do not", () => {
  const used = judge(WARNED, 60, quiet(5));
  expect(used).toMatchObject({
    act: "withdraw",
    idleness: { idleSince: iso(55), announced: null },
  });
  expect(judge({ ...FRESH, idleSince: iso(0) }, 40, quiet(10)).idleness.idleSince).toBe(iso(30));
  expect(judge(WARNED, 60, quiet(59.5)).act).toBe("stop");
});

test("RES-9 another period needs another announcement, ten minutes ahead at least", () => {
  const shorter = judge(WARNED, 55, IDLE, { afterMinutes: 20 });
  expect(shorter).toMatchObject({
    act: "warn",
    idleness: { announced: { afterMinutes: 20, stopsAt: iso(65) } },
  });
  const longer = judge(WARNED, 60, IDLE, { afterMinutes: 600 });
  expect(longer).toMatchObject({ act: null, idleness: { idleSince: iso(0), announced: null } });
});

test("RES-9 a stop that an outage held up is announced anew, and decided by a probe after that", () => {
  expect(judge(WARNED, 70, IDLE).act).toBe("stop");
  const back = judge(WARNED, 71, IDLE);
  expect(back).toMatchObject({ act: "warn", idleness: { announced: { stopsAt: iso(83) } } });
  expect(judge(back.idleness, 76, IDLE).act).toBeNull();
  expect(judge(back.idleness, 83, IDLE).act).toBe("stop");
  expect(judge(WARNED, 3000, { ...IDLE, connections: { open: 1, quietSeconds: 0 } }).act).toBe(
    "withdraw",
  );
});

test("RES-9 a probe from before the announced moment decides nothing, however late it is recorded", () => {
  const probed = { activity: IDLE, at: after(59) };
  const verdict = judgeIdle(WARNED, PERIOD, probed, after(61));
  expect(verdict).toMatchObject({ act: null, again: after(60) });
});
