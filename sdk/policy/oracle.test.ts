import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { compileAccess } from "./compile.ts";
import { SETS, subject } from "./testing/arbitraries.ts";
import { prepareCedar } from "./testing/cedar-oracle.ts";
import { differences, swear } from "./testing/compare.ts";

beforeAll(prepareCedar);

test(
  `POL-3 POL-5 decisions and determining statements equal Cedar's in every cell of ${SETS} generated sets`,
  { timeout: 60_000 + SETS * 200 },
  () => {
    let allowed = 0;
    let cells = 0;
    fc.assert(
      fc.property(subject, (one) => {
        const sworn = swear(one);
        cells += sworn.length;
        allowed += sworn.filter(({ answer }) => answer.decision === "allow").length;
        expect(differences(compileAccess(one), sworn)).toEqual([]);
      }),
      { numRuns: SETS },
    );
    // A sweep in which nearly all is refused, or allowed, would prove little.
    expect(allowed / cells).toBeGreaterThan(0.1);
    expect(allowed / cells).toBeLessThan(0.9);
  },
);
