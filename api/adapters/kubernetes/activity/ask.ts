/** As much of an HTTP response as is used here; that of `fetch` and undici's `request` alike. */
export interface Answer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: AsyncIterable<Uint8Array> | null;
}

/** GETs a path. Follows no redirect, for who answers may be a tenant's; gives up with the signal. */
export type Get = (path: string, signal: AbortSignal) => Promise<Answer>;

/** What was answered as JSON, and by which clock. */
export interface Told {
  readonly json: unknown;
  /** The answering side's own clock; NaN when it does not say. Milliseconds. */
  readonly at: number;
}

// A tenant's process may answer anything, for as long as it likes; meanwhile a worker waits.
const MAX_BYTES = 1_048_576;
const TIMEOUT_MS = 3000;

/** Asks a question and reads the answer; null where there is none that makes sense, whatever the reason. */
export async function ask<T>(
  get: Get,
  path: string,
  read: (told: Told) => T | null,
  timeoutMs = TIMEOUT_MS,
): Promise<T | null> {
  try {
    const { status, headers, body } = await get(path, AbortSignal.timeout(timeoutMs));
    const json: unknown = JSON.parse(await textOf(body));
    return status === 200 ? read({ json, at: Date.parse(headers.get("date") ?? "") }) : null;
  } catch {
    return null;
  }
}

async function textOf(body: Answer["body"]): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size > MAX_BYTES) throw new Error(`more than ${MAX_BYTES} bytes`);
  }
  return Buffer.concat(chunks).toString("utf8");
}
