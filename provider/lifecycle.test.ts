import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Engine, succeeded } from "../test/support/pulumi/engine.ts";
import { engineKinds } from "../test/support/pulumi/engines.ts";
import { type LiveSite, startLiveSite } from "./testing/live-site.ts";

const directory = join(import.meta.dirname, "../examples/quickstart");
const pack = { directory: join(import.meta.dirname, "../policypacks/permission-boundary") };

/** All the same, but for what is named. */
const changes = (named: Record<string, string> = {}) => ({
  "Workspace::ml": "same",
  "Policy::vn-only": "same",
  "PolicyAttachment::vn-only": "same",
  "Quota::ml": "same",
  "Notebook::research": "same",
  "GpuContainer::llm": "same",
  ...named,
});
const every = (change: string) =>
  Object.fromEntries(Object.keys(changes()).map((key) => [key, change]));

describe.each(engineKinds)(
  "IAC-1 the quickstart $title",
  { timeout: 180_000 },
  ({ open, missing }) => {
    let site: LiveSite;
    let engine: Engine;
    let outputs: Readonly<Record<string, unknown>> = {};

    beforeAll(async () => {
      if (missing) return;
      site = await startLiveSite();
      engine = await open({ directory, env: site.env });
    }, 120_000);
    afterAll(async () => {
      if (missing) return;
      await engine.close();
      await site.stop();
    });

    it.skipIf(missing)(
      "IAC-7 preview refuses what the boundary denies, naming the statement",
      async () => {
        await engine.setConfig("quickstart:deniedNotebook", "true");
        const refused = await engine.preview({ policyPacks: [pack] });
        await engine.setConfig("quickstart:deniedNotebook", "false");
        expect(refused.succeeded).toBe(false);
        expect(refused.violations).toEqual([
          expect.objectContaining({
            level: "mandatory",
            urn: expect.stringMatching(/:Notebook::elsewhere$/),
            message: expect.stringContaining(
              'DENIED notebook:create in tokyo – boundary "vn-only" (workspace ml): statement 3 denies it. Use hanoi, or ask',
            ),
          }),
        ]);
        expect(await site.inventory()).toEqual([]);
      },
    );

    it.skipIf(missing)("IAC-4 up creates all of it and waits until it runs", async () => {
      const created = succeeded(await engine.up({ policyPacks: [pack] }));
      expect(created.changes).toEqual(every("create"));
      expect(created.violations).toEqual([]);
      expect(await site.inventory()).toEqual([
        "GpuContainer llm RUNNING",
        "Notebook research RUNNING",
        "Policy vn-only",
        "Workspace ml",
      ]);
      outputs = created.outputs;
      expect(outputs).toMatchObject({ notebookStatus: "RUNNING", containerStatus: "RUNNING" });
      const said = created.diagnostics.map(({ message }) => message);
      expect(said).toContainEqual(
        expect.stringMatching(/^Notebook research is CREATING after \d+ s: /),
      );
      expect(said).toContainEqual(
        expect.stringMatching(/^GpuContainer llm is RUNNING after \d+ s: /),
      );
    });

    it.skipIf(missing)("IAC-5 a second up, a refresh and a third up change nothing", async () => {
      expect(succeeded(await engine.up()).changes).toEqual(changes());
      expect(succeeded(await engine.refresh()).changes).toEqual(changes());
      expect(succeeded(await engine.up()).changes).toEqual(changes());
    });

    it.skipIf(missing)(
      "IAC-3 a Quota changes in place, another region replaces the notebook",
      async () => {
        await engine.setConfig("quickstart:quotaUsd", "30");
        const raised = succeeded(await engine.up());
        expect(raised.changes).toEqual(changes({ "Quota::ml": "update" }));
        const path = { workspaceId: String(outputs["workspaceId"]) };
        expect(Number((await site.owner.getQuota({ path })).limitUsd)).toBe(30);

        await engine.setConfig("quickstart:notebookRegion", "tokyo");
        const moved = succeeded(await engine.up());
        expect(moved.changes).toEqual(
          changes({ "Policy::vn-only": "update", "Notebook::research": "replace" }),
        );
        // GPUs are scarce: the old one has gone before the new one comes.
        const ofNotebook = moved.steps.filter(({ key }) => key === "Notebook::research");
        expect(ofNotebook.map(({ op }) => op)).toEqual(["delete-replaced", "create-replacement"]);
        expect(moved.outputs["notebookId"]).not.toBe(outputs["notebookId"]);
        const notebookId = String(moved.outputs["notebookId"]);
        expect((await site.owner.getNotebook({ path: { notebookId } })).region).toBe("tokyo");
        outputs = moved.outputs;
      },
    );

    it.skipIf(missing)(
      "IAC-5 refresh notices what was deleted elsewhere, and up makes it again",
      async () => {
        const notebookId = String(outputs["notebookId"]);
        await site.owner.deleteNotebook({ path: { notebookId } });
        const noticed = succeeded(await engine.refresh());
        expect(noticed.changes).toEqual(changes({ "Notebook::research": "delete" }));
        const again = succeeded(await engine.up());
        expect(again.changes).toEqual(changes({ "Notebook::research": "create" }));
        expect(again.outputs["notebookId"]).not.toBe(notebookId);
      },
    );

    it.skipIf(missing)("destroy leaves nothing behind", async () => {
      expect(succeeded(await engine.destroy()).changes).toEqual(every("delete"));
      expect(await site.inventory()).toEqual([]);
      expect((await engine.exportState()).filter(({ custom }) => custom)).toEqual([]);
    });
  },
);
