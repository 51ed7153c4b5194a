import { connect, type Socket } from "node:net";

export interface Load {
  readonly url: string;
  readonly token?: string;
  /** Keep-alive connections, each with one request at a time. */
  readonly connections: number;
  readonly seconds: number;
}

export interface Measured {
  readonly perSecond: number;
  /** Milliseconds of each request. */
  readonly latencies: number[];
}

/**
 * Asks for one URL over and over on keep-alive connections. Plain sockets: a full HTTP client costs as much as the
 * server that is measured, and would flatter the slower of two. Throws at the first answer other than 200.
 */
export async function measure({ url, token, connections, seconds }: Load): Promise<Measured> {
  const { hostname, port, pathname, search, host } = new URL(url);
  const authorization = token === undefined ? "" : `Authorization: Bearer ${token}\r\n`;
  const request = `GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\n${authorization}\r\n`;
  const latencies: number[] = [];
  const began = performance.now();
  const until = began + seconds * 1000;
  await Promise.all(
    Array.from({ length: connections }, () =>
      repeat(connect({ host: hostname, port: Number(port), noDelay: true }), {
        request,
        until,
        latencies,
      }),
    ),
  );
  return { perSecond: (latencies.length * 1000) / (performance.now() - began), latencies };
}

function repeat(
  socket: Socket,
  { request, until, latencies }: { request: string; until: number; latencies: number[] },
): Promise<void> {
  return new Promise((resolve, reject) => {
    let received = "";
    let sentAt = 0;
    const send = () => {
      sentAt = performance.now();
      received = "";
      socket.write(request);
    };
    socket.setEncoding("latin1");
    socket.once("connect", send);
    socket.once("error", reject);
    socket.on("data", (chunk: string) => {
      received += chunk;
      if (!isWhole(received)) return;
      const now = performance.now();
      latencies.push(now - sentAt);
      if (!received.startsWith("HTTP/1.1 200 ")) reject(new Error(received.slice(0, 1000)));
      if (now < until) return send();
      socket.end();
      resolve();
    });
  });
}

/** Whether a whole answer has arrived; the servers measured here say its length. */
function isWhole(received: string): boolean {
  const end = received.indexOf("\r\n\r\n");
  if (end < 0) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(received.slice(0, end + 2))?.[1];
  if (length === undefined) throw new Error("the answer does not say its length");
  return received.length >= end + 4 + Number(length);
}
