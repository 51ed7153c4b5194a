import { PassThrough } from "node:stream";
import type { ClientOptions } from "ws";
import type { ExecOptions, ExecSession } from "#ports/cluster.ts";
import { Channel, frame, readStatus } from "./channels.ts";
import { connectExec } from "./connect-exec.ts";
import type { ProcessState } from "./process-state.ts";

/** How to reach the API server for one connection. */
export interface ExecServer {
  readonly server: string;
  readonly headers: Record<string, string>;
  readonly tls: Pick<ClientOptions, "ca" | "cert" | "key" | "rejectUnauthorized"> & {
    servername?: string;
  };
}

export interface ExecPod {
  readonly namespace: string;
  readonly name: string;
  readonly container: string;
  state(): ProcessState;
  /** Whether it is being removed, with everything that runs in it. */
  isLeaving(): boolean;
}

// Between two looks at what is known of the Pod, which costs no request.
const LOOK_MS = 500;
const PING_MS = 20_000;
// What comes in one message is at most this, whatever the API server takes.
const MOST_AT_ONCE = 16_384;
const CLOSE_MS = 1000;

const bySignal = (exitCode: number | null) => exitCode !== null && exitCode > 128;

/**
 * A command in a Pod's container, over the API server's WebSocket; see `Cluster.exec`. Throws `WorkloadNotRunning`,
 * `ClusterUnavailable`.
 */
export async function podExec(
  server: ExecServer,
  pod: ExecPod,
  options: ExecOptions,
): Promise<ExecSession> {
  const socket = await connectExec(server, pod, options);
  const output = new PassThrough();
  const { promise: exitCode, resolve } = Promise.withResolvers<number | null>();
  let ended = false;
  let heard = true;
  const end = (code: number | null) => {
    if (ended) return;
    ended = true;
    clearInterval(looks);
    clearInterval(pings);
    resolve(code);
    output.end();
    socket.close();
    setTimeout(() => socket.terminate(), CLOSE_MS).unref();
  };
  const looks = setInterval(() => pod.state() !== "running" && end(null), LOOK_MS);
  const pings = setInterval(() => {
    if (!heard) return end(null);
    heard = false;
    socket.ping();
  }, PING_MS);
  const send = (channel: number, bytes: Uint8Array) =>
    new Promise<void>((sent) => {
      if (ended || socket.readyState !== socket.OPEN) sent();
      else socket.send(frame(channel, bytes), () => sent());
    });

  socket.on("pong", () => (heard = true));
  socket.on("error", () => end(null));
  socket.on("close", () => end(null));
  socket.on("message", (data: Buffer) => {
    heard = true;
    const [channel, bytes] = [data[0], data.subarray(1)];
    if (channel === Channel.stdout || channel === Channel.stderr) {
      if (ended || bytes.length === 0 || output.write(bytes)) return;
      socket.pause();
    } else if (channel === Channel.status) {
      const { exitCode: code, message } = readStatus(bytes);
      if (message !== null) output.write(options.tty ? `${message}\r\n` : `${message}\n`);
      end(pod.isLeaving() && bySignal(code) ? null : code);
    }
  });
  output.on("drain", () => socket.resume());
  // Whoever stops reading has left.
  output.once("close", () => end(null));

  const session: ExecSession = {
    output,
    exitCode,
    async write(input) {
      for (let at = 0; at < input.length; at += MOST_AT_ONCE)
        await send(Channel.stdin, input.subarray(at, at + MOST_AT_ONCE));
    },
    resize({ columns: Width, rows: Height }) {
      if (options.tty) void send(Channel.resize, Buffer.from(JSON.stringify({ Width, Height })));
    },
    close: () => end(null),
  };
  socket.resume();
  session.resize(options);
  return session;
}
