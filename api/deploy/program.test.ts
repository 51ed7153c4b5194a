import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import type { Engine } from "../../test/support/pulumi/engine.ts";
import { engineKinds } from "../../test/support/pulumi/engines.ts";
import { exampleStack, SECRET_KEYS } from "./testing/example-stack.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
// The provider is asked for nothing: what is refused is refused before it.
const env = { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" };

describe.each(engineKinds)("pulumi preview of the root project, $title", (kind) => {
  let engine: Engine;
  afterEach(() => engine?.close());

  async function preview(config: Record<string, string>, secretKeys: string[]) {
    engine = await kind.open({ directory: ROOT, env });
    for (const [key, value] of Object.entries(config))
      await engine.setConfig(`aifactory-site:${key}`, value, { secret: secretKeys.includes(key) });
    const { succeeded, steps, diagnostics } = await engine.preview();
    return { succeeded, steps, said: diagnostics.map(({ message }) => message).join("\n") };
  }

  test.skipIf(kind.missing)("refuses a stack without configuration, naming every key", async () => {
    const { succeeded, steps, said } = await preview({}, []);
    expect([succeeded, steps]).toEqual([false, []]);
    expect(said).toContain("The stack's configuration is not valid:\n  image: is missing\n");
    for (const key of ["host", "databaseUrl", "site", "oidc", "operatorToken"])
      expect(said).toContain(`  ${key}: is missing\n    pulumi config set `);
    // The sentences, and no stack trace.
    expect(said).not.toContain("read-settings.ts");
  });

  test.skipIf(kind.missing)("refuses a secret that is in plain text", async () => {
    const encrypted = SECRET_KEYS.filter((key) => key !== "databaseUrl");
    const { succeeded, steps, said } = await preview(exampleStack, encrypted);
    expect([succeeded, steps]).toEqual([false, []]);
    expect(said).toContain("not valid:\n  databaseUrl: is a secret: encrypt it\n");
    expect(said.match(/encrypt it/g)).toHaveLength(1);
    expect(said).not.toContain("app-secret");
  });
});
