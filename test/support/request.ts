import { text } from "node:stream/consumers";
import { WebSocket } from "ws";

export interface RequestOptions {
  token?: string | null;
  /** Sent as JSON; a string is sent as it is. */
  body?: unknown;
  headers?: Record<string, string>;
  /** Asks for a WebSocket. */
  upgrade?: boolean;
}

export interface Answer {
  readonly status: number;
  /** The parsed JSON; null where there is no body. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of every kind
  readonly body: any;
  readonly headers: Headers;
}

/** One HTTP request as any client would make it; refusals are answers like others. */
export type Request = (method: string, path: string, options?: RequestOptions) => Promise<Answer>;

/** Asks for a WebSocket, and leaves it as soon as it is there: that is a 101 without a body. */
async function requestUpgrade(
  url: string,
  { token }: Pick<RequestOptions, "token">,
): Promise<Answer> {
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  const socket = new WebSocket(url.replace(/^http/, "ws"), { headers });
  const answered = Promise.withResolvers<Answer>();
  socket.on("error", answered.reject);
  socket.on("upgrade", ({ headers }) =>
    answered.resolve({ status: 101, body: null, headers: headersOf(headers) }),
  );
  socket.on("unexpected-response", async (_, response) => {
    const body = JSON.parse(await text(response));
    answered.resolve({ status: response.statusCode!, body, headers: headersOf(response.headers) });
  });
  const answer = await answered.promise;
  socket.terminate();
  return answer;
}

function headersOf(headers: object): Headers {
  return new Headers(headers as Record<string, string>);
}

export function requester(url: string): Request {
  return async (method, path, { token = null, body, headers, upgrade = false } = {}) => {
    if (upgrade) return requestUpgrade(`${url}${path}`, { token });
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get("content-type") ?? "");
    return {
      status: response.status,
      body: text === "" ? null : isJson ? JSON.parse(text) : text,
      headers: response.headers,
    };
  };
}
