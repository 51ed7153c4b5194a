import type { Client } from "./call.ts";
import { streamsOf } from "./create-client.ts";
import type { Problem } from "./generated/types.gen.ts";
import { problemError } from "./refusal.ts";
import { connectionError } from "./send.ts";

export interface TerminalOptions {
  /** 80 × 24 unless given. */
  columns?: number;
  rows?: number;
  signal?: AbortSignal;
}

/** A shell beside the process of a notebook or container. */
export interface Terminal {
  /** What is written, as it comes. Throws `AiFactoryError` where the terminal is taken away. */
  readonly output: ReadableStream<Uint8Array>;
  /** Once the shell has ended; null when that was with its workload, or from this side. */
  readonly exitCode: Promise<number | null>;
  write(typed: string | Uint8Array): void;
  resize(size: { columns: number; rows: number }): void;
  close(): void;
}

const LARGEST_FRAME = 65_536;

/**
 * Opens a terminal, in browsers and wherever there is a `WebSocket` (Node 22 and later): the token goes as a sub-protocol.
 * Resolves when it is there; a handshake that is refused is a `ConnectionError`, for a `WebSocket` is not told why.
 */
export async function openTerminal(
  client: Client,
  of: { notebookId: string } | { containerId: string },
  { columns = 80, rows = 24, signal }: TerminalOptions = {},
): Promise<Terminal> {
  const { baseUrl, token } = streamsOf(client);
  const path =
    "notebookId" in of ? `/v1/notebooks/${of.notebookId}` : `/v1/containers/${of.containerId}`;
  const url = `${baseUrl.replace(/^http/, "ws")}${path}/terminal?columns=${columns}&rows=${rows}`;
  const protocols = ["aifactory.terminal.v1", `aifactory.bearer.${base64url(await token())}`];
  signal?.throwIfAborted();
  const socket = new WebSocket(url, protocols);
  socket.binaryType = "arraybuffer";
  signal?.addEventListener("abort", () => socket.close(), { once: true });
  const terminal = join(socket, baseUrl);
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener("open", () => resolve(), { once: true });
    socket.addEventListener("close", () =>
      reject(signal?.aborted ? signal.reason : connectionError(baseUrl, new Error("refused"))),
    );
  });
  return terminal;
}

function join(socket: WebSocket, baseUrl: string): Terminal {
  const { promise: exitCode, resolve } = Promise.withResolvers<number | null>();
  let closing = false;
  const close = () => {
    closing = true;
    socket.close();
  };
  const output = new ReadableStream<Uint8Array>({
    start(controller) {
      let ended = false;
      const end = (error?: unknown) => {
        if (ended) return;
        ended = true;
        if (error === undefined) controller.close();
        else controller.error(error);
      };
      socket.addEventListener("message", ({ data }: { data: string | ArrayBuffer }) => {
        if (typeof data !== "string") {
          if (!ended) controller.enqueue(new Uint8Array(data));
          return;
        }
        const told = JSON.parse(data) as { type: string; exitCode?: number | null };
        if (told.type === "problem") return end(problemError(told as unknown as Problem));
        resolve(told.exitCode ?? null);
        end();
      });
      socket.addEventListener("close", () => {
        end(closing ? undefined : connectionError(baseUrl, new Error("the terminal broke off")));
        resolve(null);
      });
    },
    cancel: close,
  });
  const send = (data: string | Uint8Array<ArrayBuffer>) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(data);
  };
  return {
    output,
    exitCode,
    write(typed) {
      const bytes = typeof typed === "string" ? new TextEncoder().encode(typed) : typed;
      for (let at = 0; at < bytes.length; at += LARGEST_FRAME)
        send(Uint8Array.from(bytes.subarray(at, at + LARGEST_FRAME)));
    },
    resize: (size) => send(JSON.stringify({ type: "resize", ...size })),
    close,
  };
}

function base64url(text: string): string {
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
