import { spawnSync } from "node:child_process";
import { delimiter, join } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const FILES = ["examples/ci/policies/vn-only.yaml", "examples/ci/policies/keep-volumes.yaml"];

/** The PATH of somebody whose shell knows nothing of the project. */
const PATH = process.env["PATH"]!.split(delimiter)
  .filter((folder) => !folder.includes("node_modules"))
  .join(delimiter);

function npx(...args: string[]) {
  const all = ["--no-install", "aifactory-policy", ...args];
  return spawnSync("npx", all, { cwd: ROOT, env: { ...process.env, PATH }, encoding: "utf8" });
}

describe("npx aifactory-policy, whatever Node the system has", () => {
  it("checks files of the working folder", () => {
    const { status, stdout } = npx("check", "--offline", ...FILES);
    expect(stdout).toMatch(/^Passed: .*\.$/m);
    expect(status).toBe(0);
  });

  it("ends with 2 where it is used wrongly", () => {
    const { status, stdout, stderr } = npx("lint");
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain('aifactory-policy: There is no command "lint". See --help.');
  });
});
