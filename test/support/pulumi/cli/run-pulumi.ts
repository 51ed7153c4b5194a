import { spawn } from "node:child_process";
import { delimiter, dirname, join } from "node:path";
import type { EngineOptions } from "../engine.ts";

export interface Cli {
  readonly directory: string;
  readonly stack: string;
  /** Holds backend, home and configuration; nothing is written beside the program. */
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
}

export function cliOf(options: EngineOptions, home: string, stack: string): Cli {
  const env = {
    ...options.env,
    // Programs and providers must run under the Node that runs the tests.
    PATH: dirname(process.execPath) + delimiter + (process.env["PATH"] ?? ""),
    PULUMI_HOME: join(home, "home"),
    PULUMI_BACKEND_URL: `file://${home}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    // Without it the CLI hides --event-log.
    PULUMI_DEBUG_COMMANDS: "true",
  };
  return { directory: options.directory, stack, home, env };
}

/** Runs one command on the stack. @throws on a non-zero exit unless `mayFail`. */
export async function runPulumi(
  cli: Cli,
  args: readonly string[],
  options: { readonly mayFail?: boolean; readonly input?: string } = {},
) {
  const all = [...args, "--stack", cli.stack, "--non-interactive", "--color", "never"];
  const child = spawn("pulumi", all, {
    cwd: cli.directory,
    env: { ...process.env, ...cli.env },
    stdio: "pipe",
  });
  child.stdin.end(options.input ?? "");
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    ended(child),
  ]);
  if (code !== 0 && !options.mayFail)
    throw new Error(`pulumi ${args.join(" ")} ended with ${code}:\n${stdout}\n${stderr}`);
  return { stdout, stderr, code };
}

/** Names the configuration file, for the commands that read or write configuration. */
export const withConfig = (cli: Cli): string[] => ["--config-file", join(cli.home, "config.yaml")];

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  let all = "";
  for await (const chunk of stream) all += String(chunk);
  return all;
}

function ended(child: ReturnType<typeof spawn>): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
}
