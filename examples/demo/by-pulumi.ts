import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { line } from "./print.ts";
import type { Access, Deployment, Made } from "./deployment.ts";

const GRACE_MS = 2000;
const PROGRAM = fileURLToPath(new URL("../quickstart", import.meta.url));

/** Whether there is a Pulumi CLI on the PATH that can run programs in TypeScript. */
export function pulumiIsHere(): boolean {
  const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  return spawnSync("pulumi", ["version"], { env, stdio: "ignore" }).status === 0;
}

/** The resources of `examples/quickstart`, made by `pulumi up` with a state in a folder of its own, which goes with the stack. */
export function byPulumi(
  closing: AsyncDisposableStack,
  { url, organizationId, token }: Access,
): Deployment {
  const home = mkdtempSync(join(tmpdir(), "aifactory-demo-pulumi-"));
  closing.defer(() => rmSync(home, { recursive: true, force: true }));
  const stack = `demo-${randomBytes(4).toString("hex")}`;
  const settings = join(home, "config.yaml");
  let child: ChildProcess | undefined;
  closing.defer(() => interrupt(child));
  const pulumi = (args: readonly string[], onLine: (text: string) => void) => {
    const all = [...args, "--stack", stack, "--non-interactive", "--color", "never"];
    child = start(all, {
      AIFACTORY_URL: url,
      AIFACTORY_ORGANIZATION_ID: organizationId,
      AIFACTORY_TOKEN: token,
      PULUMI_BACKEND_URL: `file://${home}`,
      PULUMI_HOME: join(home, "home"),
      PULUMI_CONFIG_PASSPHRASE: "demo",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    });
    return ended(child, args[0]!, onLine);
  };
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
    destroy: () => operate("destroy"),
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

function start(args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  // Pulumi runs the program under the first `node` on the PATH; it has to be this one.
  const path = dirname(process.execPath) + delimiter + (process.env["PATH"] ?? "");
  return spawn("pulumi", args, {
    cwd: PROGRAM,
    env: { ...process.env, ...env, PATH: path },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

function ended(
  child: ChildProcess,
  operation: string,
  onLine: (text: string) => void,
): Promise<void> {
  const said: string[] = [];
  createInterface(child.stderr!).on("line", (text) => said.push(text));
  createInterface(child.stdout!).on("line", (text) => {
    said.push(text);
    onLine(text);
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) return resolve();
      reject(new Error(`pulumi ${operation} ended with code ${code}\n${said.join("\n")}`));
    });
  });
}

/** The first interrupt has it finish what it is at, the second end at once. */
async function interrupt(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, "close");
  child.kill("SIGINT");
  await Promise.race([closed, sleep(GRACE_MS)]);
  child.kill("SIGINT");
  await closed;
}
