import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { subject } from "./testing/arbitraries.ts";
import { prepareCedar } from "./testing/cedar-oracle.ts";
import type { Sworn } from "./testing/compare.ts";
import { differences, swear } from "./testing/compare.ts";
import { loadMutant } from "./testing/load-mutant.ts";
import { MUTANTS } from "./testing/mutants.ts";
import type { AccessSubject } from "./subject.ts";

/** Far fewer sets than the oracle test looks at by default, of the same generator: what these kill, that kills. */
const BATTERY = 100;

describe("POL-3 the oracle test kills every seeded mutant of the evaluator", () => {
  const battery: [AccessSubject, Sworn[]][] = [];

  beforeAll(() => {
    prepareCedar();
    for (const one of fc.sample(subject, { numRuns: BATTERY, seed: 4 }))
      battery.push([one, swear(one)]);
  });

  test("POL-3 a copy without a mutation survives", async () => {
    const compile = await loadMutant({ file: "compile.ts", edits: [] });
    for (const [one, sworn] of battery) expect(differences(compile(one), sworn)).toEqual([]);
  });

  test.each(MUTANTS)("POL-3 killed: $name", async (mutant) => {
    const compile = await loadMutant(mutant);
    expect(battery.some(([one, sworn]) => differences(compile(one), sworn).length > 0)).toBe(true);
  });
});
