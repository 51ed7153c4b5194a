import { expect, test } from "vitest";
import { scheduleOf } from "./schedule.ts";

test("a story follows from its seed alone, and no two seeds tell the same", () => {
  expect(scheduleOf(7)).toEqual(scheduleOf(7));
  expect(scheduleOf(7).steps).not.toEqual(scheduleOf(8).steps);
});

test("200 stories hold every fault, every action, and outages of three days and more", () => {
  const steps = Array.from({ length: 200 }, (_, seed) => scheduleOf(seed + 1).steps).flat();
  const faults = new Set(steps.flatMap(({ fault }) => fault?.kind ?? []));
  expect([...faults].sort()).toEqual([
    "answerLost",
    "crashDatabase",
    "killReplica",
    "neverSent",
    "stopDatabase",
  ]);
  const actions = new Set(steps.flatMap((step) => step.actions.map((action) => action.do)));
  expect(actions.size).toBe(11);
  const toppedUp = new Set(
    steps.flatMap((step) =>
      step.actions.flatMap((action) => (action.do === "topUp" ? action.amount.currency : [])),
    ),
  );
  expect([...toppedUp].sort()).toEqual(["JPY", "USD", "VND"]);
  const outages = steps.filter((step) => step.do === "outage");
  expect(outages.length).toBeGreaterThan(40);
  for (const { seconds } of outages) expect(seconds).toBeGreaterThanOrEqual(3 * 86_400);
});
