import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Engine, type Result, succeeded } from "../test/support/pulumi/engine.ts";
import { engineKinds } from "../test/support/pulumi/engines.ts";
import { type LiveSite, startLiveSite } from "./testing/live-site.ts";
import { container, ml, want, wantedProgram } from "./testing/wanted.ts";

const SECRETS = ["sk-first", "sk-second", "hunter2", "sk-declared"];

describe.each(engineKinds)("IAC-6 secrets $title", { timeout: 180_000 }, ({ open, missing }) => {
  let site: LiveSite;
  let engine: Engine;
  const results: Result[] = [];
  const up = async () => {
    const result = await engine.up();
    results.push(result);
    return succeeded(result);
  };
  const wanted = (key: string) =>
    container({
      env: [
        { name: "MODEL", value: "qwen" },
        { name: "KEY", value: key, secret: true },
        { name: "OTHER", value: { $secret: "sk-declared" } },
      ],
      registryCredentials: {
        server: "registry.example.com",
        username: "robot",
        password: "hunter2",
      },
    });

  beforeAll(async () => {
    if (missing) return;
    site = await startLiveSite();
    const { AIFACTORY_TOKEN: token, ...env } = site.env;
    engine = await open({ directory: wantedProgram, env });
    await engine.setConfig("aifactory:token", token!, { secret: true });
  }, 120_000);
  afterAll(async () => {
    if (missing) return;
    await engine.close();
    await site.stop();
  });

  it.skipIf(missing)("no value is in plain text in the state or in what was said", async () => {
    await want(engine, ml, wanted("sk-first"));
    await up();
    const changed = succeeded(await engine.refresh()).changes;
    expect(changed["GpuContainer::llm"]).toBe("same");
    await want(engine, ml, wanted("sk-second"));
    expect((await up()).changes["GpuContainer::llm"]).toBe("update");
    expect((await up()).changes["GpuContainer::llm"]).toBe("same");

    const state = await engine.exportState();
    const resources = state.filter(({ type }) => type.includes("aifactory"));
    expect(resources).toHaveLength(2);
    const shown = JSON.stringify([
      // The configuration, secrets among it, is in the inputs of the test program alone.
      resources,
      results.map(({ diagnostics }) => diagnostics),
    ]);
    for (const secret of SECRETS) expect(shown).not.toContain(secret);
    expect(shown).not.toContain(site.ownerToken);
    expect(shown).toContain("registry.example.com");
  });

  it.skipIf(missing)("the API has the new value", async () => {
    const { items } = await site.owner.listWorkspaces({
      path: { organizationId: site.organizationId },
    });
    const path = { workspaceId: items[0]!.id };
    const [live] = (await site.owner.listContainers({ path })).items;
    const stored = await site.testDatabase.asOwner("select env from resource_secrets");
    expect(stored.rows).toEqual([{ env: { KEY: "sk-second" } }]);
    expect(live!.env).toContainEqual({ name: "KEY", value: null, secret: true });
  });
});
