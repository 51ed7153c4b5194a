import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { expectChargesAsTold } from "./testing/recompute.ts";

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));

describe("npm run demo", () => {
  let story = "";

  beforeAll(async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [MAIN], { timeout: 240_000 });
    story = stdout;
  }, 300_000);

  it("tells each status that the resources reached", () => {
    for (const status of ["CREATING", "PROCESSING", "RUNNING"]) expect(story).toContain(status);
    expect(story).toContain("The Organization is empty again");
  });

  it("shows the refusals as a Member sees them", () => {
    expect(story).toContain("a notebook in tokyo: 403 policy_denied");
    expect(story).toContain("DENIED notebook:create in tokyo");
    expect(story).toContain("reading the Wallet: 403 forbidden");
  });

  it("is plain text where nobody watches", () => {
    expect(story).not.toContain("\u001B");
    expect(story).not.toContain("\r");
  });

  it("BIL-1 BIL-2 the charges follow from the printed intervals to the millionth", () => {
    const expected = expectChargesAsTold(story);
    // An hour was asked for, and a part of a minute on either side of it.
    expect(expected.every((amount) => amount > 0n)).toBe(true);
  });
});
