import { STATUS_CODES, type IncomingMessage, type Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import type { RequestBindings } from "../route-context.ts";

const MAX_FRAME_BYTES = 65_536;
const PROTOCOL = "aifactory.terminal.v1";
// Kubernetes' way: browsers can set no header, and a token in a URL ends in logs.
const BEARER = "aifactory.bearer.";
const VISIBLE = /^[\x21-\x7e]+$/;

/** A request to turn its connection into a WebSocket; the pipeline decides about it as about every request. */
export interface Upgrade {
  readonly socket: Duplex;
  /** Makes it one, and hands it over; the response is for form's sake. */
  accept(play: (socket: WebSocket) => void): Response;
}

type Fetch = (request: Request, env: RequestBindings) => Response | Promise<Response>;

/** Which requests are handled as upgrades; on all others, the header means nothing. */
export function isTerminal({ method, url = "", headers }: IncomingMessage): boolean {
  const asked = headers.upgrade?.toLowerCase() === "websocket";
  return asked && method === "GET" && /^\/[^?]*\/terminal(\?|$)/.test(url);
}

/** Serves upgrades on a server that tells them apart by `isTerminal`; what is refused is answered in full. */
export function serveUpgrades(server: Server, fetch: Fetch): void {
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: MAX_FRAME_BYTES,
    handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
  });
  server.on("upgrade", (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => {}); // It closes, which is heard of.
    let play: ((socket: WebSocket) => void) | null = null;
    const upgrade: Upgrade = {
      socket,
      accept(player) {
        play = player;
        return new Response(null);
      },
    };
    const answered = Promise.resolve()
      .then(() => fetch(requestOf(incoming), { incoming, upgrade } as RequestBindings))
      .catch(() => new Response(null, { status: 400 }));
    void answered.then(async (response) => {
      if (play === null) await refuse(socket, response);
      else sockets.handleUpgrade(incoming, socket, head, play);
    });
  });
}

function requestOf({ url, headers }: IncomingMessage): Request {
  const request = new Request(new URL(url!, "http://here"));
  for (const [name, value] of Object.entries(headers))
    if (typeof value === "string" && name !== "sec-websocket-protocol")
      request.headers.set(name, value);
  const token = offeredToken(headers["sec-websocket-protocol"]);
  if (token !== null && headers.authorization === undefined)
    request.headers.set("authorization", `Bearer ${token}`);
  return request;
}

function offeredToken(protocols = ""): string | null {
  const offered = protocols.split(",").map((it) => it.trim());
  const bearer = offered.find((it) => it.startsWith(BEARER))?.slice(BEARER.length);
  if (bearer === undefined) return null;
  const token = Buffer.from(bearer, "base64url").toString();
  return VISIBLE.test(token) ? token : null;
}

async function refuse(socket: Duplex, response: Response): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer());
  const headers = [
    ...response.headers,
    ["content-length", String(body.length)],
    ["connection", "close"],
  ].map(([name, value]) => `${name}: ${value}\r\n`);
  const { status } = response;
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${headers.join("")}\r\n`;
  socket.end(Buffer.concat([Buffer.from(head), body]));
}
