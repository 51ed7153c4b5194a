import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** A request that the server got. */
export interface Received {
  method: string;
  url: string;
  headers: IncomingMessage["headers"];
  body: string;
  /** `performance.now()` */
  at: number;
}

export type Answer = (response: ServerResponse, request: Received) => void;

/** A real HTTP server that gives these answers in turn, the last one for good, and keeps what it was asked. */
export async function serve(...answers: [Answer, ...Answer[]]) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const { method = "", url = "", headers } = request;
    const one: Received = { method, url, headers, body, at: performance.now() };
    received.push(one);
    const answer = answers[Math.min(received.length, answers.length) - 1]!;
    answer(response, one);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  onTestFinished(close);
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, received, close };
}

/** A 2xx answer. */
export function answer(body: unknown, status = 200): Answer {
  return (response) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  };
}

/** A refusal as the API gives it. */
export function refuse(
  status: number,
  code: string,
  members: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Answer {
  return (response) => {
    response.writeHead(status, { "content-type": "application/problem+json", ...headers });
    const detail = `Refused: ${code}.`;
    response.end(JSON.stringify({ status, code, detail, requestId: "req_1", ...members }));
  };
}

/** Breaks the connection without an answer. */
export const hangUp: Answer = (response) => response.destroy();

/** Breaks the connection in the middle of the body. */
export const breakOff: Answer = (response) => {
  response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
  response.write('{"id":', () => response.destroy());
};

/** Says nothing, ever. */
export const silence: Answer = () => {};
