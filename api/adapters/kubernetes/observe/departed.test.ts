import { expect, test } from "vitest";
import { ready, seen, unready } from "../testing/pods.ts";
import { DepartedPods } from "../view/departed-pods.ts";
import { observeDeparted } from "./observe-workload.ts";

const at = (clock: string) => `2026-11-29T${clock}Z`;
const iso = (clock: string) => `2026-11-29T${clock}.000Z`;

test("BIL-1 a Pod that came and went between two looks is told once, then nothing is left", () => {
  const departed = new DepartedPods();
  departed.add(seen({ status: ready(at("10:00:00")) }), iso("10:00:30"));
  const observed = observeDeparted(departed.of("r", null), null);
  expect(observed).toMatchObject({
    phase: "waiting",
    drifted: true,
    intervals: [{ generation: 1, runningSince: iso("10:00:00"), stoppedAt: iso("10:00:30") }],
  });
  expect(departed.of("r", observed)).toEqual([]);
  expect(departed.of("r", null)).toEqual([]);
});

test("BIL-1 what is recorded of a Pod that went is not told again, and its end is", () => {
  const departed = new DepartedPods();
  const pod = seen({ status: ready(at("10:00:00")) }, { status: unready(at("10:05:00")) });
  departed.add(pod, iso("10:06:00"));
  const open = observeDeparted(
    [{ ...pod, periods: [{ since: iso("10:00:00"), until: null }] }],
    null,
  );
  const observed = observeDeparted(departed.of("r", open), open);
  expect(observed.intervals).toEqual([
    { generation: 1, runningSince: iso("10:00:00"), stoppedAt: iso("10:05:00") },
  ]);
  expect(departed.of("r", { ...observed, phase: "gone", intervals: [] })).toEqual([]);
});

test("BIL-1 what never was ready leaves nothing to tell", () => {
  const departed = new DepartedPods();
  departed.add(seen({ status: {} }), iso("10:06:00"));
  expect(departed.of("r", null)).toEqual([]);
});
