import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { RULES } from "./rules.ts";
import { newFolder } from "./testing/folder.ts";

interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: string;
  readonly message: { readonly text: string };
  readonly locations: readonly object[];
}

interface Log {
  readonly $schema: string;
  readonly version: string;
  readonly runs: readonly [
    {
      readonly tool: {
        readonly driver: {
          readonly name: string;
          readonly semanticVersion: string;
          readonly rules: readonly {
            readonly id: string;
            readonly shortDescription: { readonly text: string };
          }[];
        };
      };
      readonly columnKind: string;
      readonly results: readonly Result[];
    },
  ];
}

const POLICY = `name: p
statements:
  - effect: Allow
    service: notebook
    regions: "*"
    actions: ["notebook:creat"]
  - { effect: Deny, service: notebook, regions: "*", actions: "*", why: "" }
`;

describe("--format sarif", () => {
  const folder = newFolder();
  afterAll(folder.remove);

  const sarif = async (...args: string[]) => {
    const { stdout } = await folder.check(["--offline", "--format", "sarif", ...args]);
    return JSON.parse(stdout) as Log;
  };

  it("is a SARIF 2.1.0 log of one run, with results at their lines", async () => {
    folder.write("p #1.yaml", POLICY);
    const { $schema, version, runs } = await sarif("./p #1.yaml");
    expect($schema).toBe("https://json.schemastore.org/sarif-2.1.0.json");
    expect(version).toBe("2.1.0");
    expect(runs).toHaveLength(1);
    expect(runs[0].columnKind).toBe("utf16CodeUnits");
    expect(runs[0].results).toEqual([
      {
        ruleId: "unknown_action",
        ruleIndex: Object.keys(RULES).indexOf("unknown_action"),
        level: "error",
        message: {
          text: 'There is no action "notebook:creat". Did you mean "notebook:create"?',
        },
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: "p%20%231.yaml", uriBaseId: "%SRCROOT%" },
              region: { startLine: 6, startColumn: 15 },
            },
          },
        ],
        properties: { policy: "p", statement: 0 },
      },
      expect.objectContaining({ ruleId: "unknown_field", level: "error" }),
    ]);
  });

  it("describes every rule, and refers to each by its place", async () => {
    folder.write("lint.json", {
      name: "p",
      statements: [
        { effect: "Allow", service: "notebook", regions: "*", actions: "*" },
        { effect: "Allow", service: "notebook", regions: ["a"], actions: "*" },
        { effect: "Deny", service: "container", regions: "*", actions: "*" },
      ],
    });
    folder.write("deny.json", {
      name: "q",
      statements: [{ effect: "Deny", service: "notebook", regions: "*", actions: "*" }],
    });
    const { tool, results } = (await sarif("lint.json", "deny.json")).runs[0];
    const manifest = readFileSync(join(import.meta.dirname, "package.json"), "utf8");
    expect(tool.driver).toMatchObject({
      name: "aifactory-policy",
      semanticVersion: (JSON.parse(manifest) as { version: string }).version,
    });
    const ids = tool.driver.rules.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(tool.driver.rules.every(({ shortDescription }) => shortDescription.text !== "")).toBe(
      true,
    );
    expect(results.map(({ level, ruleId }) => `${level} ${ruleId}`)).toEqual([
      "warning shadowed",
      "note boundary_allows_nothing",
    ]);
    for (const { ruleId, ruleIndex } of results) expect(ids[ruleIndex]).toBe(ruleId);
  });

  it("has no results where nothing is found, and an address for files elsewhere", async () => {
    const fine = { effect: "Allow", service: "notebook", regions: "*", actions: "*" };
    folder.write("fine.json", { name: "p", statements: [fine] });
    expect((await sarif("fine.json")).runs[0].results).toEqual([]);
    folder.write("wrong.json", "[]");
    const [result] = (await sarif(join(folder.path, "wrong.json"))).runs[0].results;
    expect(result!.locations).toMatchObject([
      { physicalLocation: { artifactLocation: { uri: `file://${folder.path}/wrong.json` } } },
    ]);
  });

  it("--output writes it to a file, and people are told as ever", async () => {
    folder.write("p.yaml", POLICY);
    const args = ["--offline", "--format", "sarif", "--output", "report.sarif", "p.yaml"];
    const { code, stdout } = await folder.check(args);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^p\.yaml\n {2}6:15 {2}error {2}unknown_action/);
    const written = readFileSync(join(folder.path, "report.sarif"), "utf8");
    expect((JSON.parse(written) as Log).runs[0].results).toHaveLength(2);
  });
});
