import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export interface ControlPlane {
  url: string;
  dataDir: string;
}

const START = fileURLToPath(new URL("../../api/main.ts", import.meta.url));
const READY_WITHIN_MS = 60_000;

/**
 * Starts a control plane as `npm start` does, on a free port and a fresh data folder of its own. Closing the stack drains
 * and stops it, and removes everything that it kept.
 */
export async function startControlPlane(
  stack: AsyncDisposableStack,
  env: Readonly<Record<string, string>> = {},
): Promise<ControlPlane> {
  const dataDir = mkdtempSync(join(tmpdir(), "aifactory-demo-"));
  stack.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  const { DATABASE_URL: _url, DATABASE_ADMIN_URL: _admin, ...environment } = process.env;
  const server = spawn(process.execPath, [START], {
    env: {
      ...environment,
      PORT: "0",
      HOST: "127.0.0.1",
      AIFACTORY_DATA_DIR: dataDir,
      LOG_LEVEL: "error",
      ...env,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  stack.defer(() => end(server));
  return { url: await whenReady(server), dataDir };
}

/** It says where it listens once everything is there. */
async function whenReady(server: ChildProcess): Promise<string> {
  const ready = Promise.withResolvers<string>();
  createInterface(server.stdout!).on("line", (text) => {
    const url = /^AI Factory +(http:\S+)$/.exec(text)?.[1];
    if (url !== undefined) ready.resolve(url);
  });
  server.once("exit", (code) =>
    ready.reject(new Error(`the control plane ended with code ${code}`)),
  );
  const timer = setTimeout(
    () => ready.reject(new Error(`not ready within ${READY_WITHIN_MS / 1000} s`)),
    READY_WITHIN_MS,
  );
  return ready.promise.finally(() => clearTimeout(timer));
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, "exit");
  server.kill("SIGTERM");
  await ended;
}
