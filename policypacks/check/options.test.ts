import { afterAll, describe, expect, it } from "vitest";
import { newFolder } from "./testing/folder.ts";

const live = {
  AIFACTORY_URL: "http://127.0.0.1:9",
  AIFACTORY_TOKEN: "secret-token",
  AIFACTORY_ORGANIZATION_ID: "org_01jd0000000000000000000000",
};

describe("the command line", () => {
  const { check, write, remove } = newFolder();
  afterAll(remove);
  write("p.json", { name: "p", statements: [] });
  write("p.toml", "");

  it("prints its help", async () => {
    const { code, stdout, stderr } = await check(["--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^Usage: aifactory-policy check \[options\] FILE…\n/);
  });

  it.each([
    [[], live, "Name the Policy files to check."],
    [["--offline", "nowhere.json"], {}, "nowhere.json: there is no such file."],
    [["--offline", "p.toml"], {}, "p.toml: a Policy file ends in .json, .yaml or .yml."],
    [["--strcit", "p.json"], live, "Unknown option '--strcit'."],
    [["--format", "xml", "p.json"], live, '--format takes text, json, sarif, not "xml".'],
    [["--expect", "nothing", "p.json"], live, '--expect takes no-new-access, not "nothing".'],
    [["--offline", "--expect", "no-new-access", "p.json"], live, "--expect compares with the"],
    [["--regions", "hanoi", "p.json"], live, "--regions is for --offline;"],
    [["p.json"], {}, "Set AIFACTORY_URL (or --url) and AIFACTORY_TOKEN and AIFACTORY_ORG"],
    [["p.json"], { ...live, AIFACTORY_TOKEN: "" }, "Set AIFACTORY_TOKEN, or leave"],
    [["--url", "ftp://x", "p.json"], live, "url must be an address such as https://"],
    [["--offline", "--output", "no/folder/x", "p.json"], {}, "The report cannot be written: "],
  ])("refuses %j", async (args, env, message) => {
    const { code, stdout, stderr } = await check(args, env);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(`aifactory-policy: ${message}`);
    expect(stderr).not.toContain("secret-token");
    expect(stderr.trimEnd()).not.toContain("\n");
  });
});
