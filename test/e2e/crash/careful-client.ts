import { setTimeout as sleep } from "node:timers/promises";
import { randomUUID } from "node:crypto";
import {
  createClient,
  AiFactoryError,
  ConnectionError,
  GoneError,
  isCode,
  TimeoutError,
  type Client,
} from "@aifactory/sdk";

const PAUSE_MS = 100;
const PATIENCE_MS = 60_000;

/** What a program does that must not lose or double anything, whatever happens to the server. */
export interface CarefulClient {
  readonly client: Client;
  /** Repeats the same request under the same key until there is an answer. */
  insist<T>(call: (idempotencyKey: string) => Promise<T>): Promise<T>;
}

export function carefulClient(url: string, token: string, timeoutSeconds = 30): CarefulClient {
  const client = createClient({ url, token, retries: 1, timeoutSeconds });
  return {
    client,
    async insist(call) {
      const key = randomUUID();
      for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(PAUSE_MS)) {
        try {
          return await call(key);
        } catch (error) {
          if (!isOutage(error) || Date.now() > deadline) throw error;
        }
      }
    },
  };
}

/** No answer, or one that says that the site is out of order just now. */
export function isOutage(error: unknown): boolean {
  if (error instanceof ConnectionError || error instanceof TimeoutError) return true;
  return error instanceof AiFactoryError && error.status === 503;
}

interface Revisioned {
  revision: number;
}

/** Reads, edits under the revision read, and reads again when there was another edit – perhaps its own, unanswered. */
export async function edit<T extends Revisioned>(
  careful: CarefulClient,
  read: () => Promise<T>,
  isThere: (item: T) => boolean,
  write: (ifMatch: number) => Promise<T>,
): Promise<T> {
  for (;;) {
    const item = await careful.insist(read);
    if (isThere(item)) return item;
    try {
      return await careful.insist(() => write(item.revision));
    } catch (error) {
      if (!isCode(error, "revision_mismatch")) throw error;
    }
  }
}

/** A deletion that was accepted without an answer is answered "gone" when repeated. */
export async function remove(careful: CarefulClient, call: () => Promise<unknown>): Promise<void> {
  await careful.insist(async () => {
    try {
      await call();
    } catch (error) {
      if (!(error instanceof GoneError)) throw error;
    }
  });
}
