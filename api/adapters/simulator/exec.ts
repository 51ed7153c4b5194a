import { once } from "node:events";
import { PassThrough } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { WorkloadNotRunning, type ExecOptions, type ExecSession } from "#ports/cluster.ts";
import { SimulatedShell } from "./shell.ts";
import type { SimulatedWorkload } from "./state.ts";

// Machine time: how soon a session sees that its workload has ended.
const LOOK_MS = 250;

/** See `Cluster.exec`; `look` answers the generations of the workload, oldest first. */
export async function simulatedExec(
  options: ExecOptions,
  look: () => Promise<SimulatedWorkload[]>,
): Promise<ExecSession> {
  const running = async () => (await look()).find(({ phase }) => phase === "ready");
  const workload = await running();
  if (workload === undefined)
    throw new WorkloadNotRunning("No process of the simulated workload runs.");
  const { generation, restarts } = workload;
  return openSession(options, async () => {
    const now = await running();
    return now?.generation === generation && now.restarts === restarts;
  });
}

/** A command in the simulated shell, or the shell itself; it ends when `isRunning` says no. */
function openSession(
  { command, tty }: ExecOptions,
  isRunning: () => Promise<boolean>,
): ExecSession {
  const output = new PassThrough();
  const ended = new AbortController();
  const { promise: exitCode, resolve } = Promise.withResolvers<number | null>();
  const end = (code: number | null) => {
    ended.abort();
    output.end();
    resolve(code);
  };
  // Whoever stops reading has left.
  output.once("close", () => end(null));
  const shell = new SimulatedShell({ tty, print: (text) => void output.write(text) });
  const decoder = new TextDecoder();
  if (command === null) shell.greet();
  else end(shell.run(command) ?? shell.status);
  void endWith(isRunning, ended.signal).then(() => end(null));
  return {
    output,
    exitCode,
    async write(input) {
      if (ended.signal.aborted) return;
      const code = shell.feed(decoder.decode(input, { stream: true }));
      if (code !== null) end(code);
      else if (output.writableNeedDrain)
        await once(output, "drain", { signal: ended.signal }).catch(() => {});
    },
    resize() {},
    close: () => end(null),
  };
}

/** Resolves when the workload runs no more, or nothing can be said of it. */
async function endWith(isRunning: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(LOOK_MS, undefined, { signal }).catch(() => {});
    if (!signal.aborted && !(await isRunning().catch(() => false))) return;
  }
}
