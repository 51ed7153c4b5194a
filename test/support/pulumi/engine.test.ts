import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Engine, succeeded } from "./engine.ts";
import { engineKinds } from "./engines.ts";

const directory = join(import.meta.dirname, "fixture/program");
const pack = { directory: join(import.meta.dirname, "fixture/pack") };
const MINUTE = 60_000;

describe.each(engineKinds)(
  "a dynamic provider $title",
  { timeout: MINUTE },
  ({ open, missing }) => {
    let store: string;
    let engine: Engine;
    const boxes = (): Record<string, unknown>[] =>
      readdirSync(store).map(
        (file) => JSON.parse(readFileSync(join(store, file), "utf8")) as Record<string, unknown>,
      );
    const opsOf = ({ steps }: { steps: readonly { op: string; key: string }[] }): string[] =>
      steps.map(({ op, key }) => `${op} ${key}`);

    beforeEach(async () => {
      if (missing) return;
      store = await mkdtemp(join(tmpdir(), "aifactory-fixture-"));
      engine = await open({ directory, env: { FIXTURE_STORE: store } });
      await engine.setConfig("fixture:key", "brass key", { secret: true });
    }, MINUTE);

    afterEach(async () => {
      if (missing) return;
      await engine.close();
      await rm(store, { recursive: true, force: true });
    });

    it.skipIf(missing)(
      "creates, then finds nothing to do, then destroys dependents first",
      async () => {
        const created = succeeded(await engine.up());
        expect(created.changes).toEqual({ "Box::outer": "create", "Box::inner": "create" });
        expect(created.outputs).toEqual({
          address: expect.stringMatching(/^hanoi\//),
          openedWith: "brass key",
        });
        expect(created.diagnostics).toContainEqual(
          expect.objectContaining({ severity: "info", message: "creating box in hanoi" }),
        );
        expect(boxes()).toHaveLength(2);

        const again = succeeded(await engine.up());
        expect(again.changes).toEqual({ "Box::outer": "same", "Box::inner": "same" });
        expect(again.outputs).toEqual(created.outputs);

        const destroyed = succeeded(await engine.destroy());
        expect(opsOf(destroyed)).toEqual(["delete Box::inner", "delete Box::outer"]);
        expect(boxes()).toEqual([]);
        expect((await engine.exportState()).filter((resource) => resource.custom)).toEqual([]);
      },
    );

    it.skipIf(missing)("previews without touching anything, unknowns included", async () => {
      const first = succeeded(await engine.preview());
      expect(first.changes).toEqual({ "Box::outer": "create", "Box::inner": "create" });
      expect(boxes()).toEqual([]);
      succeeded(await engine.up());
      const before = boxes();
      await engine.setConfig("fixture:region", "tokyo");
      const second = succeeded(await engine.preview());
      expect(second.changes).toEqual({ "Box::outer": "replace", "Box::inner": "replace" });
      expect(boxes()).toEqual(before);
    });

    it.skipIf(missing)(
      "updates in place with the same id, and deletes what is no longer registered",
      async () => {
        succeeded(await engine.up());
        const ids = readdirSync(store).sort();
        await engine.setConfig("fixture:size", "7");
        const updated = succeeded(await engine.up());
        expect(updated.changes).toEqual({ "Box::outer": "update", "Box::inner": "same" });
        expect(readdirSync(store).sort()).toEqual(ids);
        expect(boxes()).toContainEqual(
          expect.objectContaining({ region: "hanoi", size: 7, password: "open sesame" }),
        );
        await engine.setConfig("fixture:inner", "false");
        const removed = succeeded(await engine.up());
        expect(removed.changes).toEqual({ "Box::outer": "same", "Box::inner": "delete" });
        expect(boxes()).toHaveLength(1);
      },
    );

    it.skipIf(missing)(
      "replaces delete-first, dependents ahead of what they depend on",
      async () => {
        succeeded(await engine.up());
        await engine.setConfig("fixture:region", "tokyo");
        const replaced = succeeded(await engine.up());
        expect(opsOf(replaced)).toEqual([
          "delete-replaced Box::inner",
          "delete-replaced Box::outer",
          "create-replacement Box::outer",
          "create-replacement Box::inner",
        ]);
        expect(boxes()).toHaveLength(2);
        expect(replaced.outputs["address"]).toMatch(/^tokyo\//);
      },
    );

    it.skipIf(missing)("replaces create-first and deletes the old ones at the end", async () => {
      await engine.setConfig("fixture:deleteFirst", "false");
      succeeded(await engine.up());
      await engine.setConfig("fixture:region", "tokyo");
      const replaced = succeeded(await engine.up());
      expect(opsOf(replaced)).toEqual([
        "create-replacement Box::outer",
        "create-replacement Box::inner",
        "delete-replaced Box::inner",
        "delete-replaced Box::outer",
      ]);
      expect(boxes()).toHaveLength(2);
    });

    it.skipIf(missing)(
      "remembers what was made but did not become ready, and goes on with an update",
      async () => {
        await engine.setConfig("fixture:stuck", "true");
        const stuck = await engine.up();
        expect(stuck.succeeded).toBe(false);
        expect(stuck.steps).toContainEqual(
          expect.objectContaining({ key: "Box::inner", op: "create", failed: true }),
        );
        expect(stuck.diagnostics).toContainEqual(
          expect.objectContaining({
            severity: "error",
            message: expect.stringContaining("the lid does not open"),
          }),
        );
        const inner = (await engine.exportState()).find((resource) =>
          resource.urn.endsWith("::inner"),
        );
        expect(inner?.initErrors).toEqual(["the lid does not open"]);
        expect(boxes()).toHaveLength(2);

        await engine.removeConfig("fixture:stuck");
        expect(succeeded(await engine.up()).changes).toEqual({
          "Box::outer": "same",
          "Box::inner": "update",
        });
        succeeded(await engine.destroy());
        expect(boxes()).toEqual([]);
      },
    );

    it.skipIf(missing)(
      "sees on refresh what was changed or deleted elsewhere, and up repairs it",
      async () => {
        succeeded(await engine.up());
        const state = await engine.exportState();
        const [outer, inner] = ["outer", "inner"].map(
          (name) => state.find((resource) => resource.urn.endsWith(`::${name}`))?.id ?? "",
        );
        writeFileSync(
          join(store, outer!),
          JSON.stringify({
            ...(JSON.parse(readFileSync(join(store, outer!), "utf8")) as object),
            size: 99,
          }),
        );
        rmSync(join(store, inner!));
        expect(succeeded(await engine.refresh()).changes).toEqual({
          "Box::outer": "update",
          "Box::inner": "delete",
        });
        expect(succeeded(await engine.up()).changes).toEqual({
          "Box::outer": "update",
          "Box::inner": "create",
        });
        expect(succeeded(await engine.refresh()).changes).toEqual({
          "Box::outer": "same",
          "Box::inner": "same",
        });
      },
    );

    it.skipIf(missing)("keeps secrets out of the exported state", async () => {
      succeeded(await engine.up());
      const state = await engine.exportState();
      const exported = JSON.stringify(state);
      expect(exported).toContain("ciphertext");
      expect(exported).not.toContain('open sesame","');
      for (const resource of state) {
        for (const properties of [resource.inputs, resource.outputs]) {
          const { __provider: _, ...rest } = properties;
          expect(JSON.stringify(rest)).not.toMatch(/open sesame|brass key/);
        }
      }
    });

    it.skipIf(missing)(
      "configures the provider for refresh and destroy as in the last up",
      async () => {
        succeeded(await engine.up());
        await engine.removeConfig("fixture:key");
        expect(succeeded(await engine.refresh()).changes).toEqual({
          "Box::outer": "same",
          "Box::inner": "same",
        });
        // Even a failed `up` leaves its configuration behind.
        expect((await engine.up()).succeeded).toBe(false);
        expect((await engine.destroy()).succeeded).toBe(false);
        await engine.setConfig("fixture:key", "iron key", { secret: true });
        succeeded(await engine.up());
        succeeded(await engine.destroy());
        expect(boxes()).toEqual([]);
      },
    );

    it.skipIf(missing)("reports bad input and registers nothing after it", async () => {
      await engine.setConfig("fixture:size", "-1");
      const refused = await engine.up();
      expect(refused.succeeded).toBe(false);
      expect(refused.diagnostics).toContainEqual(
        expect.objectContaining({
          severity: "error",
          message: expect.stringContaining("must not be negative"),
        }),
      );
      expect(boxes()).toEqual([]);
    });

    it.skipIf(missing)("makes again what was forgotten", async () => {
      succeeded(await engine.up());
      const inner = (await engine.exportState()).find((resource) =>
        resource.urn.endsWith("::inner"),
      );
      await engine.forget(inner!.urn);
      expect(succeeded(await engine.up()).changes).toEqual({
        "Box::outer": "same",
        "Box::inner": "create",
      });
      expect(boxes()).toHaveLength(3);
    });

    it.skipIf(missing)("judges a program by a policy pack, and refuses to deploy it", async () => {
      const fewBoxes = {
        pack: "fixture-pack",
        policy: "few-boxes",
        level: "advisory",
        message: expect.stringContaining("2 boxes: inner, outer"),
      };
      const allowed = succeeded(await engine.preview({ policyPacks: [pack] }));
      // The inner box's region is unknown in a preview: the policy is skipped with an advisory.
      expect(allowed.violations).toContainEqual(
        expect.objectContaining({
          policy: "region-is-allowed",
          level: "advisory",
          message: expect.stringContaining("can't be known during preview"),
        }),
      );
      expect(allowed.violations).toContainEqual(expect.objectContaining(fewBoxes));

      const configured = {
        ...pack,
        config: { "region-is-allowed": { denied: "hanoi" }, "few-boxes": "disabled" as const },
      };
      const refused = await engine.preview({ policyPacks: [configured] });
      expect(refused.succeeded).toBe(false);
      const violation = {
        pack: "fixture-pack",
        policy: "region-is-allowed",
        level: "mandatory",
        message: expect.stringContaining("no box may stand in hanoi"),
      };
      expect(refused.violations).toContainEqual(
        expect.objectContaining({ ...violation, urn: expect.stringMatching(/::outer$/) }),
      );
      expect(refused.violations.map(({ policy }) => policy)).not.toContain("few-boxes");

      const deployed = await engine.up({ policyPacks: [configured] });
      expect(deployed.succeeded).toBe(false);
      expect(boxes()).toEqual([]);
    });
  },
);
