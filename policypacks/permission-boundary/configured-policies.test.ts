import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  startPolicyPack,
  type RunningPack,
} from "../../test/support/pulumi/analyzer/policy-pack.ts";
import { UNKNOWN, secret } from "../../test/support/pulumi/properties.ts";
import { resource } from "@aifactory/policy-kit/testing";

const context = { project: "program", stack: "test", preview: true, config: {}, env: {} };
const boundary = {
  name: "no-tokyo",
  statements: [{ effect: "Deny", service: "notebook", regions: ["tokyo"], actions: "*" }],
};
const readers = {
  name: "readers",
  statements: [
    { effect: "Allow", service: "container", regions: "*", actions: ["container:read"] },
  ],
};

describe("IAC-7 the resource policy, over pulumirpc.Analyzer", () => {
  let pack: RunningPack;
  beforeAll(async () => {
    const config = { boundaries: [boundary], regions: ["hanoi", "tokyo"] };
    pack = await startPolicyPack(
      { directory: import.meta.dirname, config: { "configured-policies": config as never } },
      context,
    );
  });
  afterAll(() => pack.close());
  const analyze = async (kind: string, properties: Parameters<typeof resource>[2]) =>
    (await pack.analyze(resource(kind, "n", properties))).map(({ level, message }) => ({
      level,
      message,
    }));

  it("refuses by a Deny as soon as a resource is registered, and by nothing else", async () => {
    expect(await analyze("Notebook", { region: "tokyo", workspaceId: "ws_1" })).toEqual([
      {
        level: "mandatory",
        message: expect.stringContaining(
          'DENIED notebook:create in tokyo – boundary "no-tokyo" (workspace ws_1): statement 1 denies it. Use hanoi',
        ),
      },
    ]);
    // The boundary has no Allow, but one that the program attaches may have.
    expect(await analyze("Notebook", { region: "hanoi" })).toEqual([]);
    expect(await analyze("GpuContainer", { region: "tokyo" })).toEqual([]);
    expect(await analyze("Workspace", { region: "tokyo" })).toEqual([]);
  });

  it("is not skipped for what is unknown, missing or secret", async () => {
    const refusal = [
      { level: "mandatory", message: expect.stringContaining("DENIED notebook:create in tokyo") },
    ];
    expect(await analyze("Notebook", { region: UNKNOWN, workspaceId: UNKNOWN })).toEqual(refusal);
    expect(await analyze("Notebook", {})).toEqual(refusal);
    expect(await analyze("Notebook", { region: secret("tokyo") })).toEqual(refusal);
    expect(await analyze("GpuContainer", { region: UNKNOWN })).toEqual([]);
  });

  it("refuses what identity policies of the principal do not allow", async () => {
    const config = { identityPolicies: [readers] };
    const strict = await startPolicyPack(
      { directory: import.meta.dirname, config: { "configured-policies": config as never } },
      context,
    );
    const found = await strict.analyze(resource("GpuContainer", "c", { region: "hanoi" }));
    await strict.close();
    expect(found.map(({ message }) => message)).toEqual([
      expect.stringContaining('identity policy "readers"'),
    ]);
  });
});
