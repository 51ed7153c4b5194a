import { text } from "node:stream/consumers";
import { WebSocket, type ClientOptions } from "ws";

export interface TerminalOptions extends ClientOptions {
  token?: string | null;
  protocols?: string[];
  query?: string;
}

/** A terminal as a client has it. */
export interface TestTerminal {
  readonly socket: WebSocket;
  /** What was written so far. */
  written(): string;
  /** The text frames so far, parsed. */
  readonly told: { type: string; [field: string]: unknown }[];
  type(typed: string): void;
  /** Waits until this was written. */
  shows(text: string): Promise<void>;
  readonly closed: Promise<{ code: number; reason: string }>;
}

/** The handshake was answered by something else than a WebSocket. */
export class Refused extends Error {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of every kind
  readonly body: any;

  constructor(status: number, body: string) {
    super(`${status} ${body}`);
    this.status = status;
    this.body = body === "" ? null : JSON.parse(body);
  }
}

/** Opens a terminal. Throws `Refused`. */
export async function openTerminal(
  url: string,
  { token = null, protocols = [], query = "", ...options }: TerminalOptions,
): Promise<TestTerminal> {
  const address = `${url.replace(/^http/, "ws")}/terminal${query}`;
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
  const headers = { ...authorization, ...(options.headers as object) };
  const socket = new WebSocket(address, protocols, { ...options, headers });
  let written = "";
  const told: TestTerminal["told"] = [];
  const closed = Promise.withResolvers<{ code: number; reason: string }>();
  socket.on("close", (code, reason) => closed.resolve({ code, reason: String(reason) }));
  socket.on("message", (data: Buffer, isBinary) => {
    if (isBinary) written += data.toString();
    else told.push(JSON.parse(data.toString()));
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("open", resolve);
    socket.on("error", reject);
    socket.once("unexpected-response", async (_, response) =>
      reject(new Refused(response.statusCode!, await text(response))),
    );
  });
  return {
    socket,
    written: () => written,
    told,
    type: (typed) => socket.send(Buffer.from(typed)),
    async shows(text) {
      for (const deadline = Date.now() + 10_000; !written.includes(text);) {
        if (Date.now() > deadline)
          throw new Error(`${text} was not shown: ${written} ${JSON.stringify(told)}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    closed: closed.promise,
  };
}
