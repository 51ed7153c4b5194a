import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PolicyConfig } from "../../test/support/pulumi/analyzer/configuration.ts";
import {
  startPolicyPack,
  type RunningPack,
} from "../../test/support/pulumi/analyzer/policy-pack.ts";
import { attach, inside, policy, workspace } from "./testing/program.ts";

const context = { project: "program", stack: "test", preview: true, config: {}, env: {} };
const ml = workspace("ml");
const nothing = policy("nothing", [
  { effect: "Deny", service: "notebook", regions: "*", actions: "*" },
]);
const program = [ml, nothing, attach(ml, nothing), inside(ml, "hanoi", "dev")];

describe("IAC-7 enforcement, over pulumirpc.Analyzer", () => {
  let pack: RunningPack;
  beforeAll(async () => {
    pack = await startPolicyPack({ directory: import.meta.dirname }, context);
  });
  afterAll(() => pack.close());
  const levels = async (config: PolicyConfig) => {
    await pack.configure(config);
    return (await pack.analyzeStack(program)).map(({ level }) => level);
  };

  it("is mandatory unless configured otherwise, for one policy or all", async () => {
    expect(await levels({})).toEqual(["mandatory"]);
    expect(await levels({ "permission-boundary": "advisory" })).toEqual(["advisory"]);
    expect(await levels({ "permission-boundary": { enforcementLevel: "disabled" } })).toEqual([]);
    expect(await levels({ all: "disabled" })).toEqual([]);
    expect(await levels({ all: "disabled", "permission-boundary": "advisory" })).toEqual([
      "advisory",
    ]);
    expect(await levels({ all: "advisory", "configured-policies": "disabled" })).toEqual([
      "advisory",
    ]);
  });

  it("makes an advisory of what is exempted, and one beside what is no longer", async () => {
    const until = (expires: string) =>
      levels({
        "permission-boundary": { exemptions: [{ resource: "*::dev", reason: "fair", expires }] },
      });
    expect(await until("2999-12-31")).toEqual(["advisory"]);
    expect(await until("2020-12-31")).toEqual(["mandatory", "advisory"]);
  });

  it("ends with every field that is wrong, and no stack", async () => {
    await pack.configure({ "permission-boundary": { rol: "Admin", regions: "hanoi" } });
    const refusal = await pack.analyzeStack(program).catch((error: Error) => error.message);
    expect(refusal).toContain(
      "configuration of permission-boundary: regions must be array; rol is not known; did you mean role?.",
    );
    expect(refusal).not.toContain("schema-problems.ts");
  });
});
