import { afterAll, describe, expect, it } from "vitest";
import { newFolder } from "./testing/folder.ts";

const allow = (regions: unknown = "*", actions: unknown = "*") => ({
  effect: "Allow",
  service: "notebook",
  regions,
  actions,
});
const deny = (regions: unknown = "*", actions: unknown = "*") => ({
  ...allow(regions, actions),
  effect: "Deny",
});

describe("aifactory-policy check --offline", () => {
  const folder = newFolder();
  afterAll(folder.remove);

  const check = async (content: unknown, args: string[] = [], name = "policy.json") => {
    folder.write(name, content);
    return folder.check(["--offline", ...args, name]);
  };
  /** `line:column level rule` of all that is found. */
  const found = async (content: unknown, args: string[] = [], name = "policy.json") => {
    const { stdout } = await check(content, [...args, "--format", "json"], name);
    const { findings } = JSON.parse(stdout) as { findings: Record<string, unknown>[] };
    return findings.map((one) => `${one["line"]}:${one["column"]} ${one["level"]} ${one["rule"]}`);
  };

  it("passes a Policy that says what it means", async () => {
    expect(await check({ name: "fine", statements: [allow(["hanoi"])] })).toEqual({
      code: 0,
      stdout: "Not compared with any Organization (--offline).\nPassed: nothing found.\n",
      stderr: "",
    });
  });

  it("POL-4 names the line of an unknown name, and the nearest known one", async () => {
    const statements = [allow(["hanoi"]), allow(["hanoy"], ["notebook:creat"])];
    const { code, stdout } = await check({ name: "p", statements }, ["--regions", "hanoi,tokyo"]);
    expect(code).toBe(1);
    expect(stdout).toContain(
      "policy.json\n" +
        '  16:9  error  unknown_region  There is no region "hanoy". Did you mean "hanoi"?\n' +
        '  19:9  error  unknown_action  There is no action "notebook:creat". Did you mean "notebook:create"?\n',
    );
    expect(stdout).toContain("Failed: 2 errors.\n");
  });

  it("finds the place of every kind of problem, in YAML as in JSON", async () => {
    const yaml = [
      "- name: no spaces please",
      "  statements:",
      "    - effect: Alow",
      "      service: notebook",
      '      regions: "*"',
      "      action: [notebook:create]",
      "- name: fine",
      "  statements: []",
      "- nothing",
    ].join("\n");
    expect(await found(yaml, [], "policies.yml")).toEqual([
      "1:3 error invalid_name",
      "3:7 error missing_field",
      "3:7 error unknown_effect",
      "6:7 error unknown_field",
      "8:3 error no_statements",
      "9:3 error wrong_type",
    ]);
  });

  it("refuses a second Policy of the same name, naming the first", async () => {
    folder.write("first.yaml", "name: same\nstatements:\n  - " + JSON.stringify(allow()));
    folder.write("second.json", { name: "same", statements: [allow()] });
    const { code, stdout } = await folder.check(["--offline", "first.yaml", "second.json"]);
    expect(code).toBe(1);
    expect(stdout).toContain('There is a Policy "same" in first.yaml, line 1, already.');
  });

  it("POL-6 lints: what is said in vain is a warning, and fails under --strict", async () => {
    const statements = [allow(), allow(["hanoi"]), deny(["tokyo"]), allow(["tokyo"])];
    const policy = { name: "p", statements };
    expect(await found(policy)).toEqual(["10:5 warning shadowed", "26:5 warning overridden"]);
    const { code, stdout } = await check(policy);
    expect(code).toBe(0);
    expect(stdout).toContain(
      "Statement 2 adds nothing: statement 1 already settles all of it. Remove it.",
    );
    expect((await check(policy, ["--strict"])).code).toBe(1);
  });

  it("POL-3 says of a Policy of Denies what it needs beside it, and fails for it never", async () => {
    const policy = { name: "keep", statements: [deny("*", ["notebook:delete"])] };
    expect(await found(policy)).toEqual(["3:3 note boundary_allows_nothing"]);
    expect((await check(policy, ["--strict"])).code).toBe(0);
    const nothing = { name: "p", statements: [allow(["hanoi"]), deny(["hanoi"])] };
    expect(await found(nothing)).toContain("3:3 warning boundary_allows_nothing");
  });

  it("without a catalogue, every region passes, and the star means more than those named", async () => {
    const everywhere = { name: "p", statements: [allow(["a", "b"]), allow("*")] };
    expect(await found(everywhere)).toEqual(["4:5 warning shadowed"]);
    // "*" may well be more than a and b.
    const { stdout } = await check({ name: "p", statements: [allow(["a", "b"]), allow("*")] });
    expect(stdout).toContain("Statement 1 adds nothing: statement 2");
    expect(await found(everywhere, ["--regions", "a,b"])).toEqual(["13:5 warning shadowed"]);
  });

  it.each([
    ["{", "1:2", "Expected property name"],
    ['{\n  "name": "x",\n}', "3:1", "Expected double-quoted property name"],
    ['{\n  "name": }', "2:11", 'Unexpected "}".'],
    ['{ "name": "x" } // why', "1:17", "Unexpected non-whitespace character after JSON."],
    ["", "1:1", "The JSON ends too early."],
    ['{ "name": "x", "name": "y" }', "1:16", "Map keys must be unique."],
  ])("says where %j is no JSON", async (text, place, message) => {
    const { code, stdout } = await check(text);
    expect(code).toBe(1);
    expect(stdout).toContain(`  ${place}  error  syntax  ${message}`);
  });

  it.each([
    ["name: x\n  statements: 1", "1:7", "Nested mappings are not allowed in compact mappings."],
    ["name: p\nregions: *", "2:10", 'In YAML, "*" is written with quotes.'],
    ["a: &a 1\nb: *a\nc: *b", "3:4", "Unresolved alias"],
    ["name: a\n---\nname: b", "2:1", "A file holds one document; write a list."],
    ["[]", "1:1", "The list holds no Policy."],
    ["", "1:1", "A Policy is an object with a name and statements."],
  ])("says where %j is no Policy in YAML", async (text, place, message) => {
    const { code, stdout } = await check(text, [], "policy.yaml");
    expect(code).toBe(1);
    expect(stdout).toContain(`  ${place}  error`);
    expect(stdout).toContain(message);
  });
});
