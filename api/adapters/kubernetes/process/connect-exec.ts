import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { WebSocket } from "ws";
import { ClusterUnavailable, WorkloadNotRunning, type ExecOptions } from "#ports/cluster.ts";
import type { ExecPod, ExecServer } from "./pod-exec.ts";

const PROTOCOLS = ["v5.channel.k8s.io", "v4.channel.k8s.io"];
const HANDSHAKE_MS = 10_000;

/** The best shell that an image has; `exec` so that its exit code is the session's. */
const SHELL = [
  "/bin/sh",
  "-c",
  'export TERM="${TERM:-xterm-256color}"; command -v bash >/dev/null 2>&1 && exec bash; exec sh',
];

/** Opens the WebSocket of an exec. Throws `WorkloadNotRunning`, `ClusterUnavailable`, and an `Error` for a refusal. */
export function connectExec(
  { server, headers, tls }: ExecServer,
  pod: ExecPod,
  options: ExecOptions,
): Promise<WebSocket> {
  if (pod.state() !== "running") return Promise.reject(notRunning("it runs no process"));
  const socket = new WebSocket(urlOf(server, pod, options), PROTOCOLS, {
    ...tls,
    headers,
    handshakeTimeout: HANDSHAKE_MS,
    perMessageDeflate: false,
  });
  return new Promise((resolve, reject) => {
    socket.once("open", () => {
      socket.removeAllListeners("error");
      // Nothing may come before somebody listens, who resumes it.
      socket.pause();
      resolve(socket);
    });
    socket.on("error", (error) => reject(away(error.message, error)));
    socket.once("unexpected-response", (_, response: IncomingMessage) => {
      void refusal(response).then((error) => {
        socket.terminate();
        reject(error);
      });
    });
  });
}

function urlOf(
  server: string,
  { namespace, name, container }: ExecPod,
  { command, tty }: ExecOptions,
) {
  const url = new URL(server.replace(/^http/, "ws").replace(/\/$/, ""));
  url.pathname += `${url.pathname.endsWith("/") ? "" : "/"}api/v1/namespaces/${namespace}/pods/${name}/exec`;
  const query = url.searchParams;
  // A terminal has one stream for both.
  for (const [key, value] of Object.entries({
    container,
    stdin: true,
    stdout: true,
    stderr: !tty,
    tty,
  }))
    query.set(key, String(value));
  for (const word of command ?? SHELL) query.append("command", word);
  return url;
}

async function refusal(response: IncomingMessage): Promise<Error> {
  const { statusCode = 0 } = response;
  const body = await text(response).catch(() => "");
  const message = `${statusCode} ${messageIn(body)}`;
  // A container that is just ending is a failure inside for some API servers.
  if (statusCode === 400 || statusCode === 404 || /container not found/i.test(body))
    return notRunning(message);
  if (statusCode === 401 || statusCode === 429 || statusCode >= 500) return away(message);
  return new Error(`the API server refuses an exec: ${message}`);
}

function messageIn(body: string): string {
  try {
    return String((JSON.parse(body) as { message?: unknown }).message ?? "");
  } catch {
    return body.slice(0, 200);
  }
}

const away = (why: string, cause?: unknown) =>
  new ClusterUnavailable(`the API server gives no exec: ${why}`, { cause });
const notRunning = (why: string) => new WorkloadNotRunning(`no process to be beside: ${why}`);
