import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export interface ControlPlane {
  url: string;
  organizationId: string;
  ownerToken: string;
  operatorToken: string;
  /** Drains, stops and removes everything that it kept. */
  stop(): Promise<void>;
}

const START = fileURLToPath(new URL("../../api/main.ts", import.meta.url));
const READY_WITHIN_MS = 60_000;

/** Starts a control plane as `npm start` does, on a free port and a fresh data folder of its own. */
export async function startControlPlane(): Promise<ControlPlane> {
  const dataDir = mkdtempSync(join(tmpdir(), "aifactory-demo-"));
  const { DATABASE_URL: _url, DATABASE_ADMIN_URL: _admin, ...environment } = process.env;
  const server = spawn(process.execPath, [START], {
    env: {
      ...environment,
      PORT: "0",
      HOST: "127.0.0.1",
      AIFACTORY_DATA_DIR: dataDir,
      LOG_LEVEL: "error",
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const stop = async () => {
    await end(server);
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    return { ...(await whenReady(server, join(dataDir, "local.json"))), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function whenReady(server: ChildProcess, file: string): Promise<Omit<ControlPlane, "stop">> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!existsSync(file)) {
    if (server.exitCode !== null)
      throw new Error(`the control plane ended with code ${server.exitCode}`);
    if (Date.now() > deadline)
      throw new Error(`the control plane was not ready within ${READY_WITHIN_MS / 1000} s`);
    await sleep(50);
  }
  return JSON.parse(readFileSync(file, "utf8")) as Omit<ControlPlane, "stop">;
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  server.kill("SIGTERM");
  await ended;
}
