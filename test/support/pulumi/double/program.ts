import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { pulumiModule } from "../plugin.ts";
import type { Project } from "../project.ts";

/** Runs the program once under `@pulumi/pulumi/cmd/run`, as the language host does; resolves to its exit code. */
export function runProgram(options: {
  readonly project: Project;
  readonly stack: string;
  readonly preview: boolean;
  readonly monitor: string;
  readonly config: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly onLine: (severity: "info" | "info#err", line: string) => void;
}): Promise<number> {
  const { project } = options;
  const flags = {
    monitor: options.monitor,
    engine: options.monitor,
    organization: "organization",
    project: project.name,
    "root-directory": project.directory,
    stack: options.stack,
    pwd: project.directory,
    parallel: "16",
  };
  const args = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value]);
  if (options.preview) args.push("--dry-run");
  const env = {
    ...process.env,
    ...options.env,
    PULUMI_CONFIG: JSON.stringify(options.config),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(options.secretKeys),
  };
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [pulumiModule(project.directory, "cmd/run"), ...args, project.main],
      { cwd: project.directory, env, stdio: ["ignore", "pipe", "pipe"] },
    );
    createInterface(child.stdout).on("line", (line) => options.onLine("info", line));
    createInterface(child.stderr).on("line", (line) => options.onLine("info#err", line));
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
}
