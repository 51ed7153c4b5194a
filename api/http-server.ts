import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { isTerminal, serveUpgrades } from "#http/live/upgrade.ts";
import type { LiveConnections } from "#http/live/live-connections.ts";
import type { Config } from "./config.ts";
import { REQUEST_DRAIN_MS } from "./drain.ts";

export interface HttpServer {
  readonly url: string;
  /**
   * Takes no more connections, ends answers that go on, answers the requests at work, then cuts off whoever keeps a
   * connection open without asking anything, or has not sent a whole request. What takes longer than its patience is cut.
   */
  drain(patienceMs?: number): Promise<void>;
}

/** Listens; throws with a sentence for the operator where it cannot. `live`: null where no answer goes on. */
export async function startHttpServer(
  fetch: Parameters<typeof serve>[0]["fetch"],
  { port, host }: Pick<Config, "port" | "host">,
  live: LiveConnections | null,
): Promise<HttpServer> {
  const server = await listen(fetch, port, host);
  if (live !== null) serveUpgrades(server, fetch as Parameters<typeof serveUpgrades>[1]);
  let atWork = 0;
  let draining = false;
  const cutIdle = () => {
    if (draining && atWork === 0) server.closeAllConnections();
  };
  server.on("request", (_, response) => {
    atWork += 1;
    response.once("close", () => {
      atWork -= 1;
      cutIdle();
    });
  });
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`,
    async drain(patienceMs = REQUEST_DRAIN_MS) {
      draining = true;
      live?.drain();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const patience = setTimeout(() => server.closeAllConnections(), patienceMs);
      cutIdle();
      await closed;
      clearTimeout(patience);
    },
  };
}

function listen(
  fetch: Parameters<typeof serve>[0]["fetch"],
  port: number,
  host: string,
): Promise<Server> {
  return new Promise((resolve, reject) => {
    const serverOptions = { shouldUpgradeCallback: isTerminal };
    const server = serve({ fetch, port, hostname: host, serverOptions }, () =>
      resolve(server as Server),
    );
    server.once("error", (error: NodeJS.ErrnoException) => reject(cannotListen(error, port, host)));
  });
}

function cannotListen(error: NodeJS.ErrnoException, port: number, host: string): Error {
  const why = {
    EADDRINUSE: `Port ${port} of ${host} is in use. Choose another one in PORT; 0 takes any that is free.`,
    EACCES: `Port ${port} of ${host} is not allowed to this user. Choose one above 1023 in PORT.`,
    EADDRNOTAVAIL: `This machine has no address ${host}. Choose another one in HOST.`,
    ENOTFOUND: `${host} is no known name of this machine. Choose another one in HOST.`,
  }[error.code ?? ""];
  return new Error(why ?? `Cannot listen on port ${port} of ${host}: ${error.message}`, {
    cause: error,
  });
}
