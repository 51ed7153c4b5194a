import { expect, test } from "vitest";
import { debtStep } from "./debt-step.ts";

const negativeSince = new Date("2026-05-04T10:00:00Z");
const at = (hours: number, seconds = 0) =>
  new Date(negativeSince.getTime() + hours * 3_600_000 + seconds * 1000);

test.each([
  { hours: 24, warnings: [0, 12, 23] },
  { hours: 2, warnings: [0, 1, 1] },
  { hours: 72, warnings: [0, 36, 71] },
])("BIL-6 of $hours hours: warnings after $warnings", ({ hours, warnings }) => {
  warnings.forEach((due, recorded) => {
    const debt = { negativeSince, warnings: recorded, lastWarnedAt: recorded ? at(0) : null };
    expect(debtStep(debt, hours, at(due))).toEqual({ do: "warn" });
    if (due > 0) expect(debtStep(debt, hours, at(due, -1))).toEqual({ wait: at(due) });
  });
  const warned = { negativeSince, warnings: 3, lastWarnedAt: at(hours - 1) };
  expect(debtStep(warned, hours, at(hours, -1))).toEqual({ wait: at(hours) });
  expect(debtStep(warned, hours, at(hours))).toEqual({ do: "delete" });
});

test("BIL-6 within an hour of the last warning nothing is deleted, however old the debt", () => {
  const late = { negativeSince, warnings: 3, lastWarnedAt: at(100) };
  expect(debtStep(late, 24, at(101, -1))).toEqual({ wait: at(101) });
  expect(debtStep(late, 24, at(101))).toEqual({ do: "delete" });
});

test("BIL-6 a deletion that an outage held up is announced once more, an hour before", () => {
  const warned = { negativeSince, warnings: 3, lastWarnedAt: at(23) };
  expect(debtStep(warned, 24, at(24, 600))).toEqual({ do: "delete" });
  expect(debtStep(warned, 24, at(24, 601))).toEqual({ do: "warn" });
  const again = { negativeSince, warnings: 4, lastWarnedAt: at(100) };
  expect(debtStep(again, 24, at(101, -1))).toEqual({ wait: at(101) });
  expect(debtStep(again, 24, at(101))).toEqual({ do: "delete" });
});
