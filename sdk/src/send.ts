import { backoffMs, retryAfterMs } from "./backoff.ts";
import { startDeadline } from "./deadline.ts";
import { AiFactoryError, ConnectionError, TimeoutError } from "./errors.ts";
import type { Prepared } from "./prepare.ts";
import { refusal, unexpectedAnswer } from "./refusal.ts";
import { sleep } from "./sleep.ts";

export interface Transport {
  readonly fetch: typeof globalThis.fetch;
  /** Credentials, asked for anew at every attempt. */
  readonly authorize: () => Promise<Record<string, string>>;
}

export interface Patience {
  readonly timeoutSeconds: number;
  readonly retries: number;
  readonly signal: AbortSignal | undefined;
}

type Outcome = { body: unknown } | { error: AiFactoryError; retryAfter: number | null };

const PASSING = new Set([429, 502, 503, 504]);

/** Whether the same request may well succeed a little later. */
export function isPassing(error: unknown): boolean {
  return (
    error instanceof ConnectionError ||
    (error instanceof AiFactoryError && PASSING.has(error.status))
  );
}

/**
 * Sends it until there is an answer that stands: refusals that pass and broken connections are tried again, if
 * repeating it is harmless. Answers the body; throws `AiFactoryError`, or the reason of the caller's signal.
 */
export async function send(
  transport: Transport,
  request: Prepared,
  patience: Patience,
): Promise<unknown> {
  const deadline = startDeadline(patience.timeoutSeconds, patience.signal);
  let last: AiFactoryError | undefined;
  try {
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await attemptOnce(transport, request, deadline.signal);
      if ("body" in outcome) return outcome.body;
      last = outcome.error;
      if (!request.repeatable || attempt >= patience.retries || !isPassing(last)) throw last;
      const pause = backoffMs(attempt, outcome.retryAfter);
      if (pause >= deadline.remainingMs()) throw last;
      await sleep(pause, deadline.signal);
    }
  } catch (error) {
    throw deadline.expired() && error !== last
      ? timedOut(request, patience.timeoutSeconds, last)
      : error;
  } finally {
    deadline.end();
  }
}

async function attemptOnce(
  transport: Transport,
  request: Prepared,
  signal: AbortSignal,
): Promise<Outcome> {
  signal.throwIfAborted();
  const headers = { ...request.headers, ...(await transport.authorize()) };
  const { method, url, body } = request;
  let response: Response;
  let text = "";
  try {
    // A redirect would lose the body of a POST, or take the credentials elsewhere.
    response = await transport.fetch(url, {
      method,
      headers,
      signal,
      redirect: "manual",
      ...(body === undefined ? {} : { body }),
    });
    if (!request.streamed || !response.ok) text = await response.text();
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    return { error: connectionError(url, error), retryAfter: null };
  }
  if (!response.ok)
    return { error: refusal(response, text, url), retryAfter: retryAfterMs(response.headers) };
  if (request.streamed) return { body: response.body };
  if (text === "") return { body: undefined };
  if (isTable(response)) return { body: text };
  try {
    return { body: JSON.parse(text) };
  } catch {
    throw unexpectedAnswer(response, url);
  }
}

/** What is exported comes as text, as it is. */
function isTable({ headers }: Response): boolean {
  return /^(text\/csv|application\/x-ndjson)\b/.test(headers.get("content-type") ?? "");
}

export function connectionError(url: string, error: unknown): ConnectionError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const why = cause instanceof Error ? cause.message || cause.name : String(cause);
  const detail = `No answer from ${new URL(url).origin}: ${why}. Check the URL, and that the control plane runs.`;
  return new ConnectionError({ code: "connection_failed", status: 0, detail, cause: error });
}

function timedOut(
  request: Prepared,
  seconds: number,
  last: AiFactoryError | undefined,
): TimeoutError {
  const before = last === undefined ? "" : ` The attempt before failed: ${last.message}`;
  const detail = `No answer to ${request.method} ${request.url} within ${seconds} s.${before}`;
  return new TimeoutError({
    code: "timed_out",
    status: 0,
    detail,
    ...(last === undefined ? {} : { cause: last }),
  });
}
