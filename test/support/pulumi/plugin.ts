import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";

export interface PluginProcess {
  readonly address: string;
  close(): Promise<void>;
}

/** A file of the `@pulumi/pulumi` that code in `directory` would import. */
export function pulumiModule(directory: string, path: string): string {
  return createRequire(join(directory, "anything.js")).resolve(`@pulumi/pulumi/${path}`);
}

/**
 * Starts a Pulumi plugin under this Node; its first line of stdout is its port, everything later goes to `onLine`.
 * @throws when it ends before it told its port, with what it wrote to stderr.
 */
export async function startPlugin(options: {
  readonly args: readonly string[];
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  readonly onLine: (severity: "info" | "info#err", line: string) => void;
}): Promise<PluginProcess> {
  const child = spawn(process.execPath, options.args, {
    cwd: options.directory,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const errors: string[] = [];
  createInterface(child.stderr).on("line", (line) => {
    errors.push(line);
    options.onLine("info#err", line);
  });
  const port = await new Promise<string>((resolve, reject) => {
    let told = false;
    createInterface(child.stdout).on("line", (line) => {
      if (told) return options.onLine("info", line);
      told = true;
      resolve(line.trim());
    });
    child.once("error", reject);
    child.once("close", (code) =>
      reject(new Error(`plugin ended with ${code} before it told its port:\n${errors.join("\n")}`)),
    );
  });
  return { address: `127.0.0.1:${port}`, close: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  // A moment for what it wrote last: the pipes are read to their end before `close`.
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  child.kill("SIGTERM");
  await closed;
}
