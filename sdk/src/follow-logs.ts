import type { Client } from "./call.ts";
import { streamsOf } from "./create-client.ts";
import type { Problem } from "./generated/types.gen.ts";
import { readEvents } from "./read-events.ts";
import { problemError } from "./refusal.ts";
import { connectionError } from "./send.ts";

export interface FollowLogsOptions {
  /** Of what is there, so many lines at most; 200 unless given. */
  tailLines?: number;
  /** Of what is there, only what is not older. */
  sinceSeconds?: number;
  signal?: AbortSignal;
}

/**
 * The log of a notebook or container, line by line: what is there, then what is added, until its process has ended for
 * good: `for await (const line of followLogs(client, { notebookId }))`. Throws `AiFactoryError` where it breaks off before:
 * a refusal's own code when access was lost, `unavailable` or a `ConnectionError` when it may be followed again.
 */
export async function* followLogs(
  client: Client,
  of: { notebookId: string } | { containerId: string },
  { signal, ...query }: FollowLogsOptions = {},
): AsyncGenerator<string, void, undefined> {
  const { baseUrl, open } = streamsOf(client);
  const operation = "notebookId" in of ? "getNotebookLogs" : "getContainerLogs";
  const request = { path: { ...of }, query: { ...query, follow: true } };
  const body = await open(operation, { ...request, ...(signal === undefined ? {} : { signal }) });
  const events = readEvents(body as ReadableStream<Uint8Array>, signal);
  try {
    for await (const { event, data } of events) {
      if (event === "end") return;
      if (event === "problem") throw problemError(data as Problem);
      yield (data as { line: string }).line;
    }
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw error instanceof TypeError ? connectionError(baseUrl, error) : error;
  }
  throw connectionError(baseUrl, new Error("the log broke off"));
}
