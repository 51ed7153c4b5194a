import { fork, type ChildProcess } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Order, Report } from "./orders.ts";

const SCRIPT = fileURLToPath(new URL("./replica-process.ts", import.meta.url));
const CLOSE_MS = 20_000;

/** A process that is a replica of one database after another, until it is killed. */
export class ReplicaProcess {
  readonly #child: ChildProcess;
  readonly #ready: Promise<Report>;
  readonly exited: Promise<void>;
  /** Where it listens; null while it has no database. */
  port: number | null = null;

  constructor(onError: (error: string) => void) {
    this.#child = fork(SCRIPT, [], {
      env: {
        PATH: process.env.PATH ?? "",
        NODE_COMPILE_CACHE: join(tmpdir(), "aifactory-simulation-cache"),
      },
      execArgv: [],
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.exited = new Promise((resolve) => this.#child.once("exit", () => resolve()));
    this.#child.on("message", (report: Report) => {
      if ("error" in report) onError(report.error);
    });
    this.#ready = this.#next();
    // Whoever uses it hears of it.
    this.#ready.catch(() => {});
  }

  async open(order: Extract<Order, { do: "open" }>): Promise<void> {
    await this.#ready;
    const report = await this.#tell(order);
    if (!("port" in report)) throw new Error(`a replica did not open: ${JSON.stringify(report)}`);
    this.port = report.port;
  }

  /** Ends its work on the database; where that does not end, the process does. Answers whether it lives. */
  async close(): Promise<boolean> {
    this.port = null;
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), CLOSE_MS);
    const closed = await this.#tell({ do: "close" }).then(
      (report) => "closed" in report,
      () => false,
    );
    clearTimeout(timer);
    return closed;
  }

  async kill(): Promise<void> {
    this.port = null;
    this.#child.kill("SIGKILL");
    await this.exited;
  }

  /** Stands still, its connections open, until it goes on. */
  pause(): void {
    this.#child.kill("SIGSTOP");
  }

  resume(): void {
    this.#child.kill("SIGCONT");
  }

  async #tell(order: Order): Promise<Report> {
    const answer = this.#next();
    this.#child.send(order, () => {});
    return answer;
  }

  #next(): Promise<Report> {
    return new Promise((resolve, reject) => {
      const listen = (report: Report) => {
        if ("error" in report) return;
        this.#child.off("message", listen);
        if ("failed" in report) reject(new Error(report.failed));
        else resolve(report);
      };
      this.#child.on("message", listen);
      void this.exited.then(() => reject(new Error("the replica has ended")));
    });
  }
}

/** Replicas that wait for a database; starting a process takes far longer than opening one. */
export class ReplicaPool {
  readonly #idle: ReplicaProcess[] = [];
  readonly #spare: number;
  onError: (error: string) => void = () => {};

  constructor(spare: number) {
    this.#spare = spare;
    this.#refill();
  }

  take(): ReplicaProcess {
    const taken = this.#idle.shift() ?? this.#spawn();
    this.#refill();
    return taken;
  }

  giveBack(replica: ReplicaProcess): void {
    this.#idle.unshift(replica);
  }

  async end(): Promise<void> {
    await Promise.all(this.#idle.map((replica) => replica.kill()));
  }

  #refill(): void {
    while (this.#idle.length < this.#spare) this.#idle.push(this.#spawn());
  }

  #spawn(): ReplicaProcess {
    return new ReplicaProcess((error) => this.onError(error));
  }
}
