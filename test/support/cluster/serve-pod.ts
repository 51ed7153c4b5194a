import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { MERGE, type Connection } from "./connect.ts";
import type { PodName } from "./pod-status.ts";

// `tools/simulated-kubelet/forward.go` reads it.
const SERVED = "aifactory.dev/test-served";

/** Has a Pod answer HTTP at a port, as a notebook does; who forwards the port reaches the listener. */
export async function servePod(
  { core }: Connection,
  pod: PodName,
  port: number,
  listener: RequestListener,
): Promise<{ stop(): void }> {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const annotations = { [SERVED]: `${port}=${(server.address() as AddressInfo).port}` };
  await core.patchNamespacedPod({ ...pod, body: { metadata: { annotations } } }, MERGE);
  return {
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
