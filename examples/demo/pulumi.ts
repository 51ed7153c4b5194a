import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { line } from "./print.ts";
import type { Deployment, Made } from "./resources.ts";

const PROGRAM = fileURLToPath(new URL("../quickstart", import.meta.url));

/** Whether there is a Pulumi CLI on the PATH that can run programs in TypeScript. */
export function pulumiIsHere(): boolean {
  const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  return spawnSync("pulumi", ["version"], { env, stdio: "ignore" }).status === 0;
}

/** The resources of `examples/quickstart`, made by `pulumi up` with a state in a folder of its own. */
export function byPulumi(url: string, organizationId: string, token: string): Deployment {
  const home = mkdtempSync(join(tmpdir(), "aifactory-demo-pulumi-"));
  const stack = `demo-${randomBytes(4).toString("hex")}`;
  const settings = join(home, "config.yaml");
  const pulumi = (args: readonly string[], onLine: (text: string) => void) =>
    run([...args, "--stack", stack, "--non-interactive", "--color", "never"], onLine, {
      AIFACTORY_URL: url,
      AIFACTORY_ORGANIZATION_ID: organizationId,
      AIFACTORY_TOKEN: token,
      PULUMI_BACKEND_URL: `file://${home}`,
      PULUMI_HOME: join(home, "home"),
      PULUMI_CONFIG_PASSPHRASE: "demo",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    });
  const operate = (operation: "up" | "destroy") =>
    pulumi([operation, "--yes", "--skip-preview", "--config-file", settings], teller());
  return {
    async up() {
      await pulumi(["stack", "init"], () => {});
      // It was written beside the program, where nothing of this run is to stay.
      const written = join(PROGRAM, `Pulumi.${stack}.yaml`);
      copyFileSync(written, settings);
      rmSync(written);
      await operate("up");
      const outputs: string[] = [];
      await pulumi(["stack", "output", "--json"], (text) => outputs.push(text));
      const { workspaceId, notebookId, containerId } = JSON.parse(outputs.join("\n")) as Made;
      return { workspaceId, notebookId, containerId };
    },
    async destroy() {
      await operate("destroy");
      rmSync(home, { recursive: true, force: true });
    },
  };
}

const STACK_LINE = /^.*pulumi:pulumi:Stack \S+ +(?:\w+ \([\d.]+s\) ?)?(?:\d+ messages)?/;

/** What Pulumi says, as lines of the story: each thing once, and what the resources themselves say. */
function teller(): (text: string) => void {
  let isRepetition = false;
  return (text) => {
    if (/^\S/.test(text)) isRepetition = /^(Diagnostics|The resources in|If you want)/.test(text);
    const said = text.replace(STACK_LINE, "").replace("pulumi-nodejs:dynamic/aifactory:", "");
    if (!isRepetition && said.trim() !== "" && !said.startsWith("@")) line(said.trimEnd());
  };
}

function run(
  args: readonly string[],
  onLine: (text: string) => void,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  // Pulumi runs the program under the first `node` on the PATH; it has to be this one.
  const path = dirname(process.execPath) + delimiter + (process.env["PATH"] ?? "");
  const child = spawn("pulumi", args, {
    cwd: PROGRAM,
    env: { ...process.env, ...env, PATH: path },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said: string[] = [];
  createInterface(child.stderr).on("line", (text) => said.push(text));
  createInterface(child.stdout).on("line", (text) => {
    said.push(text);
    onLine(text);
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) return resolve();
      reject(new Error(`pulumi ${args[0]} ended with code ${code}\n${said.join("\n")}`));
    });
  });
}
