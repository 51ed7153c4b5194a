import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pulumiIsHere } from "./by-pulumi.ts";
import { expectChargesAsTold } from "./testing/recompute.ts";

const MAIN = join(import.meta.dirname, "main.ts");
const MINUTE = 60_000;

describe("npm run demo -- --cluster", () => {
  let folder: string;
  let told = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "demo-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs it with a folder of its own for temporary files; `until` is what to wait for before it is told to end. */
  async function run(until?: string): Promise<{ code: number; story: string }> {
    const env = { ...process.env, TMPDIR: folder };
    const child = spawn(process.execPath, [MAIN, "--cluster"], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [story, errors] = ["", ""];
    child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      story += text;
      if (until !== undefined && story.includes(until)) child.kill("SIGTERM");
    });
    const [code] = (await once(child, "close")) as [number];
    expect(errors).toBe("");
    return { code, story };
  }

  /** The compile cache is Node's own, for programs to come; Pulumi has it used. */
  const leftBehind = () => readdirSync(folder).filter((name) => name !== "node-compile-cache");
  /** Every program of the demo has its files in the folder. */
  const running = () =>
    readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(commandOf)
      .filter((command) => command.includes(folder));

  it(
    "BIL-1 BIL-2 tells of real Pods, lets two minutes pass, and charges what its intervals say",
    async () => {
      const { code, story } = await run();
      told = story;
      expect(story).toMatch(/Pod +r-\S+-1 +Running on \S+, GPUs: 1/);
      expect(story).toMatch(/Pod +r-\S+-1 +Running on \S+, GPUs: 2/);
      expect(story.match(/PersistentVolumeClaim/g)).toHaveLength(4);
      expect(story.match(/HTTPRoute/g)).toHaveLength(2);
      expect(story).toContain("a notebook in tokyo: 403 policy_denied");
      expect(story).toContain("The cluster has nothing of it left");
      const [notebook] = expectChargesAsTold(story);
      // A little more than two minutes touch three of the clock, or four.
      expect([125_000n, 166_666n]).toContain(notebook);
      expect(code).toBe(0);
      expect([leftBehind(), running()]).toEqual([[], []]);
    },
    8 * MINUTE,
  );

  it.skipIf(!pulumiIsHere())("had them made and removed by the Pulumi CLI", () => {
    expect(told).toMatch(/Notebook research created[^]+Notebook research deleted/);
    expect(told).toMatch(/GpuContainer llm created[^]+GpuContainer llm deleted/);
  });

  it(
    "stops everything that it started when it is told to end",
    async () => {
      const { code, story } = await run("What a Member may not do");
      expect(code).toBe(143);
      expect(story).not.toContain("Everything goes away");
      expect([leftBehind(), running()]).toEqual([[], []]);
    },
    3 * MINUTE,
  );
});

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return ""; // It has ended meanwhile.
  }
}
