import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PolicyPack } from "../analyzer/policy-pack.ts";
import type { Engine, EngineOptions, ExportedResource, Result } from "../engine.ts";
import type { Properties } from "../properties.ts";
import { resultOfEvents } from "./events.ts";
import { type Cli, cliOf, runPulumi, withConfig } from "./run-pulumi.ts";

/** Opens a new stack of the real CLI with a file backend in a temporary folder. */
export async function openCli(options: EngineOptions): Promise<Engine> {
  const home = await mkdtemp(join(tmpdir(), "aifactory-pulumi-"));
  // `stack init` writes Pulumi.<stack>.yaml beside the program: a name of its own keeps parallel suites apart.
  const cli = cliOf(options, home, `${options.stack ?? "test"}-${randomBytes(4).toString("hex")}`);
  await runPulumi(cli, ["stack", "init"]);
  await rename(join(cli.directory, `Pulumi.${cli.stack}.yaml`), join(home, "config.yaml")).catch(
    moveAcrossDevices(cli),
  );
  return {
    setConfig: async (key, value, { secret = false } = {}) => {
      await runPulumi(
        cli,
        ["config", "set", ...withConfig(cli), secret ? "--secret" : "--plaintext", "--raw", key],
        { input: value },
      );
    },
    removeConfig: async (key) =>
      void (await runPulumi(cli, ["config", "rm", ...withConfig(cli), key])),
    preview: ({ policyPacks = [] } = {}) => operate(cli, "preview", policyPacks),
    up: ({ policyPacks = [] } = {}) => operate(cli, "up", policyPacks),
    refresh: () => operate(cli, "refresh", []),
    destroy: () => operate(cli, "destroy", []),
    exportState: () => exportState(cli),
    forget: async (urn) =>
      void (await runPulumi(cli, ["state", "delete", "--yes", "--force", urn])),
    close: () => rm(home, { recursive: true, force: true }),
  };
}

const moveAcrossDevices = (cli: Cli) => async (): Promise<void> => {
  const written = join(cli.directory, `Pulumi.${cli.stack}.yaml`);
  await writeFile(join(cli.home, "config.yaml"), await readFile(written));
  await rm(written);
};

async function operate(
  cli: Cli,
  operation: "preview" | "up" | "refresh" | "destroy",
  packs: readonly PolicyPack[],
): Promise<Result> {
  const log = join(cli.home, `events-${randomBytes(4).toString("hex")}.json`);
  const args: string[] = [operation, ...withConfig(cli), "--event-log", log];
  if (operation !== "preview") args.push("--yes", "--skip-preview");
  for (const [index, pack] of packs.entries())
    args.push(...(await packArguments(cli, pack, index)));
  const { stdout, stderr, code } = await runPulumi(cli, args, { mayFail: true });
  const events = await readFile(log, "utf8").catch(() => {
    throw new Error(`pulumi ${operation} did not begin:\n${stdout}\n${stderr}`);
  });
  return resultOfEvents(events, {
    operation,
    succeeded: code === 0,
    outputs: operation === "preview" ? {} : await outputs(cli),
  });
}

async function packArguments(cli: Cli, pack: PolicyPack, index: number): Promise<string[]> {
  if (!pack.config) return ["--policy-pack", pack.directory];
  const file = join(cli.home, `policy-${index}.json`);
  await writeFile(file, JSON.stringify(pack.config));
  return ["--policy-pack", pack.directory, "--policy-pack-config", file];
}

async function outputs(cli: Cli): Promise<Properties> {
  return JSON.parse(
    (await runPulumi(cli, ["stack", "output", "--json", "--show-secrets"])).stdout,
  ) as Properties;
}

async function exportState(cli: Cli): Promise<ExportedResource[]> {
  const { deployment } = JSON.parse((await runPulumi(cli, ["stack", "export"])).stdout) as {
    deployment: { resources?: Partial<ExportedResource>[] };
  };
  return (deployment.resources ?? []).map((resource) => {
    const defaults = {
      urn: "",
      type: "",
      custom: false,
      inputs: {},
      outputs: {},
      dependencies: [],
      initErrors: [],
    };
    return { ...defaults, ...resource };
  });
}
