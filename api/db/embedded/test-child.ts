import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { EmbeddedPostgres } from "./start.ts";

/** Another process that started a server, for tests that kill it. */
export type TestChild = Omit<EmbeddedPostgres, "stop"> & {
  pid: number;
  /** Sends a signal to the whole process group, as a terminal does, and waits for the process's end. */
  kill(signal: NodeJS.Signals): Promise<void>;
};

/** Starts a server from a Node process of its own, which then idles until it is killed. */
export async function startInChild(
  options: { dataDir: string; durability?: "full" | "test" },
  user?: { uid: number; gid: number },
): Promise<TestChild> {
  const program = `
    const { startEmbeddedPostgres } = await import(${JSON.stringify(new URL("start.ts", import.meta.url).href)});
    const server = await startEmbeddedPostgres({ ...${JSON.stringify(options)}, log() {} });
    console.log(JSON.stringify(server));
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    ...user,
    cwd: "/",
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const line = await firstLine(child);
  const pid = child.pid!;
  return {
    ...(JSON.parse(line) as EmbeddedPostgres),
    pid,
    async kill(signal) {
      const ended = once(child, "exit");
      process.kill(-pid, signal);
      await ended;
    },
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  let complaints = "";
  child.stderr!.on("data", (chunk: Buffer) => (complaints += chunk.toString()));
  for await (const line of createInterface({ input: child.stdout! })) return line;
  throw new Error(complaints);
}
