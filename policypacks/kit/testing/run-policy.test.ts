import type { ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { describe, expect, it } from "vitest";
import { resource, runPolicy, SkippedPolicyError, unknown } from "./index.ts";

const tokyoForbidden: ResourceValidationPolicy = {
  name: "tokyo-forbidden",
  description: "Nothing is in Tokyo.",
  validateResource({ type, props, getConfig, notApplicable }, report) {
    if (!type.endsWith(":Notebook")) notApplicable("only notebooks");
    const { forbidden } = getConfig<{ forbidden: string }>();
    if (props["place"].region === forbidden) report(`in ${forbidden}`);
  },
};
const joined: StackValidationPolicy = {
  name: "joined",
  description: "Every notebook comes from a Workspace.",
  validateStack({ resources }, report) {
    for (const { urn, type, propertyDependencies, dependencies } of resources) {
      const [from] = propertyDependencies["workspaceId"] ?? [];
      if (type.endsWith(":Notebook"))
        report(`${from?.name} of ${dependencies.map(({ name }) => name).join()}`, urn);
    }
  },
};
const run = (region: string) =>
  runPolicy(tokyoForbidden, [resource("Notebook", "n", { place: { region } })], {
    forbidden: "tokyo",
  });

describe("the test harness", () => {
  it("answers what a policy reports", async () => {
    expect(await run("tokyo")).toEqual([
      {
        urn: "urn:pulumi:test::program::pulumi-nodejs:dynamic/aifactory:Notebook::n",
        name: "n",
        level: "mandatory",
        message: "in tokyo",
      },
    ]);
    expect(await run("hanoi")).toEqual([]);
    expect(await runPolicy(tokyoForbidden, [resource("Volume", "v")])).toEqual([]);
  });

  it("fails where a preview would skip the policy, with the path of the unknown", async () => {
    await expect(run(unknown)).rejects.toThrow(SkippedPolicyError);
    await expect(run(unknown)).rejects.toThrow(
      "a preview would skip tokyo-forbidden: string value at .place.region can't be known",
    );
  });

  it("refuses a program that no engine would make", async () => {
    const twice = [resource("Notebook", "n"), resource("Notebook", "n")];
    await expect(runPolicy(joined, twice)).rejects.toThrow("two resources");
  });

  it("joins resources as the engine does", async () => {
    const ml = resource("Workspace", "ml");
    const notebook = resource("Notebook", "n", { workspaceId: unknown }, { workspaceId: [ml] });
    expect((await runPolicy(joined, [ml, notebook])).map(({ message }) => message)).toEqual([
      "ml of ml",
    ]);
  });
});
