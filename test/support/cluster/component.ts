import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** One program of the cluster: its output goes to a file, and it never outlives the process that started it. */
export class Component {
  readonly name: string;
  readonly #command: string;
  readonly #args: string[];
  readonly #logFile: string;
  #child: ChildProcess | null = null;

  constructor(name: string, command: string, args: string[], folder: string) {
    this.name = name;
    this.#command = command;
    this.#args = args;
    this.#logFile = join(folder, `${name}.log`);
  }

  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error(`${this.name} was not started`);
    return this.#child.pid;
  }

  get running(): boolean {
    const child = this.#child;
    return child?.pid !== undefined && child.exitCode === null && child.signalCode === null;
  }

  /** `setpriv` has the kernel kill it when our process ends, however that ends. */
  start(): void {
    const log = openSync(this.#logFile, "a");
    this.#child = spawn("setpriv", ["--pdeathsig", "KILL", this.#command, ...this.#args], {
      stdio: ["ignore", log, log],
      // A group of its own: Ctrl-C in a terminal reaches us alone, and we end it in order.
      detached: true,
    });
    closeSync(log);
    this.#child.once("error", (error) => appendFileSync(this.#logFile, `${error.message}\n`));
  }

  /** Ends it as the kernel would, at once, and waits until it is no more. */
  async kill(): Promise<void> {
    if (!this.running) return;
    const closed = once(this.#child!, "exit");
    process.kill(this.pid, "SIGKILL");
    await closed;
  }

  /** Keeps its connections open and answers nothing. */
  pause(): void {
    process.kill(this.pid, "SIGSTOP");
  }

  resume(): void {
    process.kill(this.pid, "SIGCONT");
  }

  /** The last lines that it wrote. */
  tail(lines = 20): string {
    const written = readFileSync(this.#logFile, "utf8").trimEnd().split("\n");
    return [`--- ${this.name}${this.running ? "" : " (ended)"}`, ...written.slice(-lines)].join(
      "\n",
    );
  }
}
