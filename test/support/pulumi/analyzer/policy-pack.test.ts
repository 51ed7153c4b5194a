import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UNKNOWN, secret } from "../properties.ts";
import { type RunningPack, startPolicyPack } from "./policy-pack.ts";

const directory = join(import.meta.dirname, "../fixture/pack");
const context = { project: "fixture", stack: "test", preview: true, config: {}, env: {} };
const box = (region: Parameters<typeof secret>[0]) => ({
  urn: "urn:pulumi:test::fixture::pulumi-nodejs:dynamic/fixture:Box::outer",
  type: "pulumi-nodejs:dynamic/fixture:Box",
  name: "outer",
  properties: { region },
  parent: "",
  dependencies: [],
  propertyDependencies: {},
});

describe("a policy pack over pulumirpc.Analyzer", () => {
  let pack: RunningPack;
  beforeAll(async () => {
    pack = await startPolicyPack({ directory }, context);
  });
  afterAll(() => pack.close());

  it("judges with the defaults of its configuration schema", async () => {
    const violation = {
      pack: "fixture-pack",
      policy: "region-is-allowed",
      level: "mandatory",
      message: "Boxes stand in allowed regions only.\nno box may stand in tokyo",
      urn: box("").urn,
    };
    expect(await pack.analyze(box("tokyo"))).toEqual([expect.objectContaining(violation)]);
    expect(await pack.analyze(box("hanoi"))).toEqual([]);
  });

  it("sees through secrets", async () => {
    expect(await pack.analyze(box(secret("tokyo")))).toHaveLength(1);
  });

  it("skips a policy that reads an unknown, with an advisory", async () => {
    const [skipped, ...rest] = await pack.analyze(box(UNKNOWN));
    expect(skipped).toMatchObject({
      level: "advisory",
      message: expect.stringContaining("can't be known during preview"),
    });
    expect(rest).toEqual([]);
  });

  it("shows a stack policy every resource", async () => {
    const violations = await pack.analyzeStack([box("hanoi"), { ...box("hanoi"), name: "inner" }]);
    expect(violations.map(({ message }) => message)).toEqual([
      "A stack has few boxes.\n2 boxes: inner, outer",
    ]);
  });

  it("refuses a folder without a pack, with what the loader said", async () => {
    await expect(
      startPolicyPack({ directory: join(directory, "nowhere") }, context),
    ).rejects.toThrow();
  });
});
