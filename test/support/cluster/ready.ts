import http from "node:http";
import https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import type { Component } from "./component.ts";

const READY_MS = 60_000;

/** Waits until a server says that it is ready; throws, with the ends of their logs, when one that is needed ends. */
export async function untilReady(url: string, needed: Component[]): Promise<void> {
  const logs = () => needed.map((it) => it.tail()).join("\n");
  for (const deadline = Date.now() + READY_MS; Date.now() < deadline; await sleep(50)) {
    if (await isReady(url)) return;
    const ended = needed.find((it) => !it.running);
    if (ended !== undefined) throw new Error(`${ended.name} ended at its start\n${logs()}`);
  }
  throw new Error(`${url} was not ready within a minute\n${logs()}`);
}

/** Never throws. A server is asked before anybody has its certificate. */
function isReady(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const { get } = url.startsWith("https:") ? https : http;
    const options = { rejectUnauthorized: false, timeout: 1000, agent: false } as const;
    const request = get(url, options, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once("timeout", () => request.destroy());
    request.once("error", () => resolve(false));
  });
}
