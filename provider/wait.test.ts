import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Engine, succeeded } from "../test/support/pulumi/engine.ts";
import { engineKinds } from "../test/support/pulumi/engines.ts";
import { type LiveSite, startLiveSite } from "./testing/live-site.ts";
import { ml, notebook, want, wantedProgram } from "./testing/wanted.ts";

describe.each(engineKinds)("creating $title", { timeout: 180_000 }, ({ open, missing }) => {
  let site: LiveSite;
  let engine: Engine;
  const stateOf = async (name: string) =>
    (await engine.exportState()).filter(({ urn }) => urn.endsWith(`:Notebook::${name}`));

  beforeAll(async () => {
    if (missing) return;
    site = await startLiveSite();
    engine = await open({ directory: wantedProgram, env: site.env });
  }, 120_000);
  afterAll(async () => {
    if (missing) return;
    await engine.close();
    await site.stop();
  });

  it.skipIf(missing)("IAC-4 waits for as much as is asked, no more", async () => {
    const { id: failureId } = await site.operator.injectFailure({
      body: { region: "hanoi", failure: "volumeStuck" },
    });
    await want(engine, ml, notebook({ wait: { until: "none" } }, "unseen"));
    succeeded(await engine.up());
    expect((await stateOf("unseen"))[0]?.outputs).toMatchObject({
      status: "CREATING",
      running: true,
    });

    await site.operator.clearFailure({ path: { failureId } });
    await site.operator.injectFailure({
      body: { region: "hanoi", failure: "imagePull", image: "jupyter-scipy" },
    });
    const scheduled = notebook({ image: "jupyter-scipy", wait: { until: "scheduled" } }, "placed");
    await want(engine, ml, scheduled);
    succeeded(await engine.up());
    expect((await stateOf("placed"))[0]?.outputs).toMatchObject({ status: "CREATING" });
  });

  it.skipIf(missing)("IAC-3 two components may have children of the same name", async () => {
    const twins = ["blue", "green"].map((parent) => ({
      ...notebook({ tags: { parent } }, "twin"),
      parent,
    }));
    await want(engine, ml, ...twins);
    succeeded(await engine.up());
    const made = await stateOf("twin");
    expect(new Set(made.map(({ id }) => id)).size).toBe(2);
    expect(await site.inventory()).toEqual([
      "Notebook twin RUNNING",
      "Notebook twin RUNNING",
      "Workspace ml",
    ]);
    succeeded(await engine.destroy());
    expect(await site.inventory()).toEqual([]);
  });

  it.skipIf(missing)(
    "a missing configuration and bad inputs are refused in a preview",
    async () => {
      await want(engine, { ...ml, args: { name: " ml" } });
      const said = (await engine.preview()).diagnostics.map(({ message }) => message).join("\n");
      expect(said).toMatch(/name.* must be 1 to 100 printable characters/);

      const { AIFACTORY_TOKEN: _, ...env } = site.env;
      const other = await open({ directory: wantedProgram, env: { ...env, AIFACTORY_TOKEN: "" } });
      await want(other, ml);
      const refused = await other.preview();
      await other.close();
      expect(refused.succeeded).toBe(false);
      expect(refused.diagnostics.map(({ message }) => message).join("\n")).toContain(
        'set it with "pulumi config set --secret aifactory:token …", or in the environment as AIFACTORY_TOKEN',
      );
    },
  );
});
