import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { connect as dial } from "node:net";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import type { Connection } from "./connect.ts";

/** On a Pod: which port of this machine answers for which of its own, as `8888=34567`. */
export const SERVED = "aifactory.dev/test-served";

/** Writes how the API server reaches nodes and Pods: by asking us for a tunnel. Answers the file's path. */
export function writeEgressConfig(folder: string): string {
  const transport = { uds: { udsName: socketIn(folder) } };
  const connection = { proxyProtocol: "HTTPConnect", transport };
  const path = join(folder, "egress.yaml");
  const config = {
    apiVersion: "apiserver.k8s.io/v1beta1",
    kind: "EgressSelectorConfiguration",
    egressSelections: [{ name: "cluster", connection }],
  };
  writeFileSync(path, JSON.stringify(config));
  return path;
}

/** The network between the API server and the Pods, whose addresses exist nowhere. */
export async function startNetwork(folder: string, admin: Connection): Promise<{ stop(): void }> {
  const server = createServer();
  server.on("connect", (request: IncomingMessage, client: Duplex) => {
    void tunnel(admin, request.url!, client);
  });
  server.listen(socketIn(folder));
  await once(server, "listening");
  return {
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function tunnel(admin: Connection, target: string, client: Duplex): Promise<void> {
  client.on("error", () => {});
  const port = await portFor(admin, target).catch(() => null);
  if (port === null) return void client.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
  const server = dial(port, "127.0.0.1");
  server.once("connect", () => {
    client.write("HTTP/1.1 200 Connection established\r\n\r\n");
    server.pipe(client).pipe(server);
  });
  server.on("error", () => client.end("HTTP/1.1 502 Bad Gateway\r\n\r\n"));
  client.on("close", () => server.destroy());
}

/** The port of this machine that answers for `address:port`; null where nobody does. */
async function portFor(admin: Connection, target: string): Promise<number | null> {
  const [, address, port] = /^(.*):(\d+)$/.exec(target)!;
  if (address === "127.0.0.1") return Number(port);
  const { items } = await admin.core.listPodForAllNamespaces({
    fieldSelector: `status.podIP=${address}`,
  });
  const pod = items.find(({ metadata }) => metadata!.annotations?.[SERVED] !== undefined);
  const [own, ours] = pod?.metadata!.annotations![SERVED]!.split("=") ?? [];
  return own === port ? Number(ours) : null;
}

const socketIn = (folder: string) => join(folder, "network.sock");
