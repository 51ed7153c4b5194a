import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  ml,
  notebook,
  ref,
  want,
  wantedProgram,
  type Wanted,
} from "../../provider/testing/wanted.ts";
import type { Engine } from "../../test/support/pulumi/engine.ts";
import { engineKinds } from "../../test/support/pulumi/engines.ts";
import { startTestSite, type TestSite } from "../../test/support/site.ts";

const quota: Wanted = {
  kind: "Quota",
  name: "ml",
  args: { workspaceId: ref("ml.id"), period: "day", limitUsd: "25.00" },
};

describe.each(engineKinds)(
  "IAC-7 the spend guard $title",
  { timeout: 120_000 },
  ({ open, missing }) => {
    let site: TestSite;
    let engine: Engine;
    beforeAll(async () => {
      if (missing) return;
      site = await startTestSite();
      await site.fund("5.00");
      const env = {
        AIFACTORY_URL: site.url,
        AIFACTORY_TOKEN: site.ownerToken,
        AIFACTORY_ORGANIZATION_ID: site.organizationId,
      };
      engine = await open({ directory: wantedProgram, env });
    }, 120_000);
    afterAll(async () => {
      if (missing) return;
      await engine.close();
      await site.stop();
    });

    it.skipIf(missing)(
      "refuses a first preview that is over Quota, balance, limits and rules",
      async () => {
        const gpu = notebook({ flavor: "h100-sxm5-4" });
        const job: Wanted = {
          kind: "GpuContainer",
          name: "job",
          args: {
            ...gpu.args,
            name: "job",
            image: undefined,
            homeVolume: undefined,
            template: "ubuntu",
            flavor: "h100-sxm5-1",
          },
        };
        await want(engine, ml, quota, gpu, job);
        const config = {
          "estimated-cost": { live: {}, maxHourly: "12.00" },
          "required-tags": { enforcementLevel: "advisory", tags: [{ key: "team" }] },
          "running-limits": { maxRunningSeconds: 86_400 },
        } as const;
        const { succeeded, violations } = await engine.preview({
          policyPacks: [{ directory: import.meta.dirname, config: config as never }],
        });
        expect(succeeded).toBe(false);
        const lines = violations.map(({ level, urn, message }) => {
          const name = urn.slice(urn.lastIndexOf("::") + 2).replace(/^wanted-.*/, "stack");
          return `${level} ${name}: ${message.trim().split("\n").at(-1)}`;
        });
        expect(lines.sort()).toEqual([
          "advisory job: TAG team – it is missing.",
          expect.stringMatching(/^advisory ml: ESTIMATE – workspace ml: 12\.50\d* USD an hour, /),
          "advisory research: TAG team – it is missing.",
          expect.stringMatching(/^advisory stack: ESTIMATE – the program: 12\.50\d* USD an hour, /),
          expect.stringContaining("mandatory job: NO END – maxRunningSeconds is missing"),
          expect.stringContaining(
            "mandatory ml: OVER THE QUOTA – workspace ml: an estimated 300.0",
          ),
          expect.stringContaining("mandatory stack: OVER THE BALANCE – notebooks: an hour would"),
          expect.stringContaining(
            "mandatory stack: OVER THE LIMIT – the program: an estimated 12.5",
          ),
        ]);
      },
    );
  },
);
