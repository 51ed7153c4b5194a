import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  startPolicyPack,
  type RunningPack,
} from "../../test/support/pulumi/analyzer/policy-pack.ts";
import { startTestSite, type TestSite } from "../../test/support/site.ts";
import { makeBefore, refusedByApi } from "./testing/agreement-api.ts";
import { programs, type GeneratedProgram } from "./testing/agreement-cases.ts";
import { refusedByPack } from "./testing/agreement-pack.ts";

/** CI runs a short form; `npm run test:agreement` runs 500. */
const PROGRAMS = Number(process.env["AGREEMENT_PROGRAMS"] ?? 40);
const SEED = Number(process.env["SEED"] ?? 20_261_121);

describe("IAC-7 agreement", () => {
  let site: TestSite;
  let pack: RunningPack;
  beforeAll(async () => {
    site = await startTestSite();
    pack = await startPolicyPack(
      { directory: import.meta.dirname },
      {
        project: "program",
        stack: "test",
        preview: true,
        config: { "aifactory:url": site.url },
        env: { AIFACTORY_TOKEN: site.ownerToken },
      },
    );
  });
  afterAll(async () => {
    await pack?.close();
    await site?.stop();
  });

  it(
    `the pack refuses what the API's boundary layer refuses, in ${PROGRAMS} generated programs`,
    { timeout: 60_000 + PROGRAMS * 5_000 },
    async () => {
      const seen = new Map<string, number>();
      const count = (what: string, by = 1) => seen.set(what, (seen.get(what) ?? 0) + by);
      let serial = 0;
      await fc.assert(
        fc.asyncProperty(programs, async (program: GeneratedProgram) => {
          const made = await makeBefore(site, program, (serial += 1));
          const byPack = await refusedByPack(pack, program, made);
          const byApi = await refusedByApi(site, program, made);
          expect(byPack).toEqual(byApi);
          count(`for ${program.principal}`);
          count(program.live ? "asked live" : "from the program");
          count("resources", program.wanted.length);
          count("refused", byApi.length);
        }),
        { numRuns: PROGRAMS, seed: SEED },
      );
      console.log(
        `agreement: ${[...seen]
          .map(([what, n]) => `${n} ${what}`)
          .sort()
          .join(", ")}`,
      );
      // The cases are worth something: both answers occur often.
      const refusals = seen.get("refused")! / seen.get("resources")!;
      expect(refusals).toBeGreaterThan(0.2);
      expect(refusals).toBeLessThan(0.8);
    },
  );
});
