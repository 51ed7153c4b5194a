import { readFileSync } from "node:fs";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { KubeConfig } from "@kubernetes/client-node";

/** What becomes of the requests of a replica; everything passes unless told otherwise. */
export interface ProxyFaults {
  /** Every request is answered 429. */
  throttled: boolean;
  /** So many of the next watches are told that their history is gone: half of them by the answer, half by an event. */
  expiredWatches: number;
  /** Every request waits so long on its way. */
  delayMs: number;
  /** No request is handed on or answered. */
  silent: boolean;
  /** So many of the next writes are handed on, and the connection is cut in place of their answers. */
  lostAnswers: number;
}

/** What stands between a replica and its API server. */
export interface FaultProxy {
  readonly url: string;
  readonly faults: ProxyFaults;
  /** Machine time of the last write that went through it: the cluster belongs to whoever wrote last. */
  readonly lastWriteAt: number;
  cutWatches(): void;
  /** Cuts every connection, also those on which nobody was answered. */
  cutAll(): void;
  close(): Promise<void>;
}

const NO_FAULTS: ProxyFaults = {
  throttled: false,
  expiredWatches: 0,
  delayMs: 0,
  silent: false,
  lostAnswers: 0,
};

/** Plain HTTP on this side, so that requests can be answered in the server's place; TLS on the other. */
export async function startFaultProxy(kubeconfig: string): Promise<FaultProxy> {
  const upstream = upstreamOf(kubeconfig);
  const faults = { ...NO_FAULTS };
  const watches = new Set<ServerResponse>();
  let lastWriteAt = 0;
  const server = http.createServer((request, response) => {
    const isWatch = /[?&]watch=true/.test(request.url!);
    if (isWatch) watches.add(response);
    response.on("close", () => watches.delete(response));
    void serve(request, response, isWatch);
  });
  const serve = async (request: IncomingMessage, response: ServerResponse, isWatch: boolean) => {
    request.on("error", () => {});
    response.on("error", () => {});
    if (faults.silent) return;
    if (faults.throttled) return refuse(response, 429, "TooManyRequests", { "Retry-After": "1" });
    if (isWatch && faults.expiredWatches > 0) {
      faults.expiredWatches -= 1;
      if (faults.expiredWatches % 2 === 0) return refuse(response, 410, "Expired");
      response.writeHead(200, { "Content-Type": "application/json" });
      return void response.end(
        `${JSON.stringify({ type: "ERROR", object: status(410, "Expired") })}\n`,
      );
    }
    if (faults.delayMs > 0) await sleep(faults.delayMs);
    // Whoever waited may have been cut off meanwhile.
    if (faults.silent || response.destroyed) return;
    const isWrite = request.method !== "GET";
    if (isWrite) lastWriteAt = Date.now();
    const losesAnswer = isWrite && faults.lostAnswers > 0;
    if (losesAnswer) faults.lostAnswers -= 1;
    forward(upstream, request, response, losesAnswer);
  };
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    faults,
    get lastWriteAt() {
      return lastWriteAt;
    },
    cutWatches() {
      for (const watch of watches) watch.destroy();
    },
    cutAll: () => server.closeAllConnections(),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      upstream.agent.destroy();
    },
  };
}

interface Upstream {
  server: URL;
  agent: https.Agent;
}

function upstreamOf(kubeconfig: string): Upstream {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const { server, caData, caFile } = config.getCurrentCluster()!;
  const ca = caData ? Buffer.from(caData, "base64") : caFile && readFileSync(caFile);
  return {
    server: new URL(server),
    agent: new https.Agent({ keepAlive: true, ...(ca ? { ca } : {}) }),
  };
}

function forward(
  { server, agent }: Upstream,
  request: IncomingMessage,
  response: ServerResponse,
  losesAnswer: boolean,
): void {
  const { method, headers, url } = request;
  const options = { method, headers: { ...headers, host: server.host }, agent };
  const onward = https.request(new URL(url!, server), options, (answer) => {
    answer.on("error", () => response.destroy());
    if (losesAnswer) {
      answer.resume();
      answer.on("end", () => response.destroy());
      return;
    }
    response.writeHead(answer.statusCode!, answer.headers);
    response.flushHeaders();
    answer.pipe(response);
  });
  onward.on("error", () => response.destroy());
  response.on("close", () => onward.destroy());
  request.pipe(onward);
}

function refuse(
  response: ServerResponse,
  code: number,
  reason: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(code, { "Content-Type": "application/json", ...headers });
  response.end(JSON.stringify(status(code, reason)));
}

const status = (code: number, reason: string) => ({
  kind: "Status",
  apiVersion: "v1",
  status: "Failure",
  code,
  reason,
  message: `by the proxy: ${reason}`,
});
