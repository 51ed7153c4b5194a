import { request as httpRequest, type IncomingMessage } from "node:http";
import { Duplex, PassThrough } from "node:stream";
import { PortForward, type KubeConfig } from "@kubernetes/client-node";
import type { Answer, Get } from "./ask.ts";

export interface PodPort {
  namespace: string;
  pod: string;
  port: number;
  /** What Jupyter asks for. It travels inside the forwarded connection: no proxy and no log sees it. */
  token: string;
}

/**
 * GETs from a process in a Pod through a forwarded port, which needs no way through the tenant's network policies. The API
 * server's own proxy would put the token into addresses, for it keeps the Authorization header to itself.
 */
export function podHttp(config: KubeConfig, { namespace, pod, port, token }: PodPort): Get {
  return async (path, signal) => {
    const [there, back] = [new PassThrough(), new PassThrough()];
    const socket = await new PortForward(config).portForward(
      namespace,
      pod,
      [port],
      back,
      null,
      there,
    );
    const connection = Duplex.from({ readable: back, writable: there });
    const close = () => {
      connection.destroy();
      if ("close" in socket) socket.close();
    };
    if ("on" in socket) socket.on("close", () => back.end());
    signal.addEventListener("abort", close, { once: true });
    if (signal.aborted) close();
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { host: "localhost", authorization: `token ${token}`, connection: "close" };
      connection.on("error", reject).on("close", () => reject(new Error("the Pod hung up")));
      httpRequest({ path, headers, signal, createConnection: () => connection as never })
        .on("response", resolve)
        .on("error", reject)
        .end();
    });
    return toAnswer(answer, close);
  };
}

function toAnswer(message: IncomingMessage, close: () => void): Answer {
  message.on("close", close);
  return {
    status: message.statusCode ?? 0,
    headers: {
      get(name) {
        const value = message.headers[name.toLowerCase()];
        return Array.isArray(value) ? value.join(", ") : (value ?? null);
      },
    },
    body: message,
  };
}
