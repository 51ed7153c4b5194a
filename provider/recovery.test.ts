import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Engine, succeeded } from "../test/support/pulumi/engine.ts";
import { engineKinds } from "../test/support/pulumi/engines.ts";
import { type LiveSite, startLiveSite } from "./testing/live-site.ts";
import {
  container,
  ml,
  notebook,
  ref,
  want,
  wantedProgram,
  type Wanted,
} from "./testing/wanted.ts";

describe.each(engineKinds)("IAC-3 recovery $title", { timeout: 180_000 }, ({ open, missing }) => {
  let site: LiveSite;
  let engine: Engine;
  const idOf = async (key: string): Promise<string> =>
    (await engine.exportState()).find(({ urn }) => urn.endsWith(`:${key}`))?.id ?? "";
  const errorsOf = ({
    diagnostics,
  }: {
    diagnostics: readonly { severity: string; message: string }[];
  }) =>
    diagnostics
      .filter(({ severity }) => severity === "error")
      .map(({ message }) => message)
      .join("\n");

  beforeEach(async () => {
    if (missing) return;
    site = await startLiveSite();
    engine = await open({ directory: wantedProgram, env: site.env });
  }, 120_000);
  afterEach(async () => {
    if (missing) return;
    await engine.close();
    await site.stop();
  });

  it.skipIf(missing)(
    "IAC-4 a time-out keeps the id, names the cause, and the next up goes on",
    async () => {
      const { id: failureId } = await site.operator.injectFailure({
        body: { region: "hanoi", failure: "volumeStuck" },
      });
      await want(engine, ml, notebook({ wait: { timeoutSeconds: 2 } }));
      const stuck = await engine.up();
      expect(stuck.succeeded).toBe(false);
      expect(errorsOf(stuck)).toMatch(
        /After 2 s, Notebook research \(nb_\w+\) is still CREATING: Its storage is being provisioned\..*run pulumi up again/s,
      );
      const id = await idOf("Notebook::research");
      expect(id).toMatch(/^nb_/);

      await site.operator.clearFailure({ path: { failureId } });
      await want(engine, ml, notebook({ wait: { timeoutSeconds: 60 } }));
      const resumed = succeeded(await engine.up());
      expect(resumed.changes).toEqual({ "Workspace::ml": "same", "Notebook::research": "update" });
      expect(await idOf("Notebook::research")).toBe(id);
      expect(await site.inventory()).toContain("Notebook research RUNNING");
      expect(succeeded(await engine.up()).changes["Notebook::research"]).toBe("same");
    },
  );

  it.skipIf(missing)(
    "IAC-4 a failure ends the waiting with its cause, and up starts it again once corrected",
    async () => {
      const image = "docker.io/library/none:1";
      const { id: failureId } = await site.operator.injectFailure({
        body: { region: "hanoi", failure: "imagePull", image },
      });
      const wanted = container({ template: undefined, image, flavor: "h100-sxm5-1" });
      await want(engine, ml, wanted);
      const failed = await engine.up();
      expect(failed.succeeded).toBe(false);
      expect(errorsOf(failed)).toContain("GpuContainer llm (ctr_");
      expect(errorsOf(failed)).toMatch(
        /is FAILED: The image could not be fetched.*Correct the image's name/s,
      );
      expect(await site.inventory()).toContain("GpuContainer llm FAILED");

      // A refresh forgets that the last operation failed; the resource does not.
      succeeded(await engine.refresh());
      await site.operator.clearFailure({ path: { failureId } });
      expect(succeeded(await engine.up()).changes["GpuContainer::llm"]).toBe("update");
      expect(await site.inventory()).toContain("GpuContainer llm RUNNING");
    },
  );

  it.skipIf(missing)(
    "adopts what a crash left out of the state, and brings it up to date",
    async () => {
      const policy: Wanted = {
        kind: "Policy",
        name: "vn-only",
        args: {
          name: "vn-only",
          statements: [{ effect: "Allow", service: "notebook", regions: ["hanoi"], actions: "*" }],
        },
      };
      await want(engine, ml, policy, notebook(), container());
      succeeded(await engine.up());
      const before = await engine.exportState();
      const made = before.filter(({ custom, type }) => custom && type.includes("aifactory"));
      expect(made).toHaveLength(4);
      // Dependents first.
      for (const { urn } of made.toReversed()) await engine.forget(urn);

      await want(
        engine,
        { ...ml, args: { ...ml.args, boundaryLocked: true } },
        { ...policy, args: { ...policy.args, description: "Hanoi only" } },
        notebook({ tags: { team: "vision" } }),
        container({ env: [{ name: "TOKEN", value: { $secret: "s3cret" }, secret: true }] }),
      );
      expect(Object.values(succeeded(await engine.up()).changes)).toEqual(Array(4).fill("create"));
      for (const { urn, id } of made) {
        expect((await engine.exportState()).find((after) => after.urn === urn)?.id).toBe(id);
      }
      expect(await site.inventory()).toEqual([
        "GpuContainer llm RUNNING",
        "Notebook research RUNNING",
        "Policy vn-only",
        "Workspace ml",
      ]);
      const workspaceId = await idOf("Workspace::ml");
      expect((await site.owner.getWorkspace({ path: { workspaceId } })).boundaryLocked).toBe(true);
      const notebookId = await idOf("Notebook::research");
      expect((await site.owner.getNotebook({ path: { notebookId } })).tags).toEqual({
        team: "vision",
      });
      const containerId = await idOf("GpuContainer::llm");
      expect((await site.owner.getContainer({ path: { containerId } })).env).toEqual([
        { name: "TOKEN", value: null, secret: true },
      ]);
    },
  );

  it.skipIf(missing)(
    "a boundary is there at every moment of its Policy's replacement",
    async () => {
      const boundary = (name: string): Wanted[] => [
        ml,
        {
          kind: "Policy",
          name: "boundary",
          args: {
            name,
            statements: [{ effect: "Allow", service: "notebook", regions: "*", actions: "*" }],
          },
        },
        {
          kind: "PolicyAttachment",
          name: "attachment",
          args: { workspaceId: ref("ml.id"), policyId: ref("boundary.id") },
        },
      ];
      await want(engine, ...boundary("first"));
      succeeded(await engine.up());
      await want(engine, ...boundary("second"));
      const replaced = succeeded(await engine.up());
      const steps = replaced.steps.filter(({ op }) => op !== "same");
      expect(steps.map(({ op, key }) => `${op} ${key}`)).toEqual([
        "create-replacement Policy::boundary",
        "create-replacement PolicyAttachment::attachment",
        "delete-replaced PolicyAttachment::attachment",
        "delete-replaced Policy::boundary",
      ]);
      const workspaceId = await idOf("Workspace::ml");
      const { items } = await site.owner.listWorkspacePolicies({ path: { workspaceId } });
      expect(items.map(({ name }) => name)).toEqual(["second"]);
    },
  );

  it.skipIf(missing)("creates again what is on its way out, once it is gone", async () => {
    await want(engine, ml, notebook());
    succeeded(await engine.up());
    const notebookId = await idOf("Notebook::research");
    await engine.forget((await engine.exportState()).find(({ id }) => id === notebookId)!.urn);
    await site.operator.injectFailure({ body: { region: "hanoi", failure: "slow", count: 3 } });
    await site.owner.deleteNotebook({ path: { notebookId } });
    const created = succeeded(await engine.up());
    expect(created.changes["Notebook::research"]).toBe("create");
    expect(created.diagnostics).toContainEqual(
      expect.objectContaining({
        message: `Notebook research waits for its predecessor ${notebookId} to be gone`,
      }),
    );
    expect(await idOf("Notebook::research")).not.toBe(notebookId);
    expect(await site.inventory()).toEqual(["Notebook research RUNNING", "Workspace ml"]);
  });
});
