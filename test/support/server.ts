import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { ownerUrl } from "../../api/db/embedded/urls.ts";

const MAIN = fileURLToPath(new URL("../../api/main.ts", import.meta.url));
const READY_MS = 60_000;

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** `node api/main.ts` as a process of its own, with nothing of our environment but what it is given. */
export interface ServerProcess {
  readonly pid: number;
  /** Machine time, milliseconds. */
  readonly spawnedAt: number;
  readonly exited: Promise<Exit>;
  /** Standard output and error so far. */
  output(): string;
  signal(name: NodeJS.Signals): void;
  /** Sends a signal and waits for the end. */
  end(name: NodeJS.Signals): Promise<Exit>;
}

export interface ReadyServer extends ServerProcess {
  readonly url: string;
}

/** Another copy of the program than the one here. */
export interface Program {
  readonly node: string;
  readonly main: string;
  /** Where we are root. */
  readonly user: number;
}

/** Starts a server, whether or not it will come up. */
export function spawnServer(env: Record<string, string>, program?: Program): ServerProcess {
  const user = program && process.getuid?.() === 0 ? { uid: program.user, gid: program.user } : {};
  const child = spawn(program?.node ?? process.execPath, [program?.main ?? MAIN], {
    env: { PATH: process.env.PATH ?? "", HOME: tmpdir(), LOG_LEVEL: "warn", PORT: "0", ...env },
    cwd: tmpdir(),
    stdio: ["ignore", "pipe", "pipe"],
    ...user,
  });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk: string) => chunks.push(chunk));
  const exited = exitOf(child);
  const signal = (name: NodeJS.Signals) => void child.kill(name);
  return {
    pid: child.pid!,
    spawnedAt: Date.now(),
    exited,
    output: () => chunks.join(""),
    signal,
    end(name) {
      signal(name);
      return exited;
    },
  };
}

/** Starts a server and waits until it says where it listens; throws with its output when it ends instead. */
export async function startServer(
  env: Record<string, string>,
  program?: Program,
): Promise<ReadyServer> {
  const server = spawnServer(env, program);
  let ended = false;
  void server.exited.then(() => (ended = true));
  for (const deadline = Date.now() + READY_MS; Date.now() < deadline; await sleep(10)) {
    const url = /^AI Factory +(http:\S+)$/m.exec(server.output())?.[1];
    if (url !== undefined) return Object.assign(server, { url });
    if (ended) throw new Error(`The server ended at its start:\n${server.output()}`);
  }
  await server.end("SIGKILL");
  throw new Error(`The server was not ready within a minute:\n${server.output()}`);
}

/** Runs a server that is expected to refuse its configuration. */
export async function runServer(
  env: Record<string, string>,
): Promise<Exit & { output: string; pid: number }> {
  const server = spawnServer(env);
  const timer = setTimeout(() => server.signal("SIGKILL"), READY_MS);
  const exit = await server.exited;
  clearTimeout(timer);
  return { ...exit, output: server.output(), pid: server.pid };
}

export interface LocalFile {
  url: string;
  organizationId: string;
  ownerToken: string;
  operatorToken: string;
}

export const readLocal = (dataDir: string) =>
  JSON.parse(readFileSync(join(dataDir, "local.json"), "utf8")) as LocalFile;

/** A data folder for one test. `remove` ends what is left of its PostgreSQL. */
export function newDataDir(): { path: string; remove(): Promise<void> } {
  const path = mkdtempSync(join(tmpdir(), "aifactory-e2e-"));
  return {
    path,
    async remove() {
      await killPostgres(path);
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** The embedded PostgreSQL of a data folder, by its own record; null when none runs. */
export function embeddedPostgres(dataDir: string): { pid: number; adminUrl: string } | null {
  const root = join(dataDir, "postgres");
  const record = join(root, "data", "postmaster.pid");
  if (!existsSync(record)) return null;
  const lines = readFileSync(record, "utf8").split("\n");
  const pid = Number(lines[0]);
  if (!isRunning(pid)) return null;
  const credentials = JSON.parse(readFileSync(join(root, "credentials.json"), "utf8"));
  return { pid, adminUrl: ownerUrl(credentials, Number(lines[3])) };
}

/** Kills the postmaster of a data folder, as the kernel would, and waits until it is no more. */
export async function killPostgres(dataDir: string): Promise<void> {
  const server = embeddedPostgres(dataDir);
  if (server === null) return;
  process.kill(server.pid, "SIGKILL");
  while (isRunning(server.pid)) await sleep(10);
}

/** A zombie, whose parent has yet to hear of its end, does not run. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
  } catch {
    return process.platform !== "linux";
  }
}

/** A port that nobody listens on just now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
}
