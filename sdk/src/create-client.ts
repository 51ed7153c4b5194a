import type { Client, OperationId } from "./call.ts";
import { operations } from "./generated/operations.gen.ts";
import { prepare, type AnyRequest, type OperationRow } from "./prepare.ts";
import { send, type Transport } from "./send.ts";

const DEFAULT_TIMEOUT_SECONDS = 60;
const DEFAULT_RETRIES = 4;
/** Nothing that a header can hold, and a token does, is outside of visible ASCII. */
const TOKEN = /^[\x21-\x7e]+$/;

export interface ClientOptions {
  /** Where the control plane answers, for example `https://ai.example.com`; a path before `/v1` is kept. */
  url: string;
  /** An API token or a JWT. */
  token?: string;
  /** Asked at every attempt, for tokens that change; give this or `token`. */
  getToken?: () => string | Promise<string>;
  /** Instead of the global one. */
  fetch?: typeof globalThis.fetch;
  /** Names the program to the operator. Not sent unless given. */
  userAgent?: string;
  /** For one whole call, retries included; 60 unless given. */
  timeoutSeconds?: number;
  /** Attempts after the first one; 4 unless given. */
  retries?: number;
}

/**
 * A client of one control plane: a method for every operation of its API, typed by the API's own description.
 *
 * Broken connections, 429, 502, 503 and 504 are tried again, with growing pauses and as `Retry-After` asks, where that is
 * harmless: GET, PUT, DELETE, PATCH with `ifMatch`, and POST, because each gets an idempotency key. A secret is shown
 * once: a POST that was repeated may answer with `secretAlreadyShown`.
 */
export function createClient(options: ClientOptions): Client {
  const baseUrl = checkedUrl(options.url);
  const { timeoutSeconds = DEFAULT_TIMEOUT_SECONDS, retries = DEFAULT_RETRIES } = options;
  const transport: Transport = {
    // Looked up at each call: instrumentation replaces the global one, and browsers insist on their own `this`.
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    authorize: () => credentials(options),
  };
  const call = async (row: OperationRow, request: AnyRequest = {}, streamed = false) =>
    send(transport, prepare(baseUrl, row, request, { streamed }), {
      timeoutSeconds: request.timeoutSeconds ?? timeoutSeconds,
      retries: request.retries ?? retries,
      signal: request.signal,
    });
  const methods = Object.entries(operations).map(([id, row]) => [
    id,
    (request?: AnyRequest) => call(row, request),
  ]);
  const client = Object.freeze(Object.fromEntries(methods)) as Client;
  streams.set(client, {
    baseUrl,
    open: (id, request) => call(operations[id], request, true),
    token: () => tokenOf(options),
  });
  return client;
}

interface Streams {
  readonly baseUrl: string;
  readonly open: (id: OperationId, request: AnyRequest) => Promise<unknown>;
  /** Empty where the client has none. */
  readonly token: () => Promise<string>;
}

const streams = new WeakMap<object, Streams>();

/** How a client gets answers that are taken as they come. Throws `TypeError` for what `createClient` did not make. */
export function streamsOf(client: object): Streams {
  const known = streams.get(client);
  if (known === undefined) throw new TypeError("This needs a client made by createClient.");
  return known;
}

function checkedUrl(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !["http:", "https:"].includes(parsed.protocol)) {
    throw new TypeError(
      `url must be an address such as https://ai.example.com; it is ${JSON.stringify(url)}.`,
    );
  }
  return `${parsed.origin}${parsed.pathname}`.replace(/\/+$/, "");
}

async function credentials(options: ClientOptions): Promise<Record<string, string>> {
  const { userAgent } = options;
  const headers = userAgent === undefined ? {} : { "user-agent": userAgent };
  const token = await tokenOf(options);
  return token === "" ? headers : { ...headers, authorization: `Bearer ${token}` };
}

async function tokenOf({ token, getToken }: ClientOptions): Promise<string> {
  const given = (await getToken?.()) ?? token;
  if (given === undefined) return "";
  const trimmed = given.trim();
  // Checked here, for the message of `fetch` would show the token.
  if (!TOKEN.test(trimmed))
    throw new TypeError("The token is empty, or holds characters that no token has.");
  return trimmed;
}
