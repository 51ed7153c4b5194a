/** One of the Server-Sent Events that the API sends: their data is JSON in one line. */
export interface ServerSentEvent {
  /** `message` where the event has no name. */
  readonly event: string;
  readonly data: unknown;
}

/** Reads events as they come, and no faster than they are taken. Lets go of the connection when it is left or aborted. */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  const reader = body.getReader();
  const abort = () => void reader.cancel().catch(() => {});
  signal?.addEventListener("abort", abort, { once: true });
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      signal?.throwIfAborted();
      if (done) return;
      const blocks = (rest + decoder.decode(value, { stream: true })).split("\n\n");
      rest = blocks.pop()!;
      for (const block of blocks) {
        const event = parse(block);
        if (event !== null) yield event;
      }
    }
  } finally {
    signal?.removeEventListener("abort", abort);
    abort();
  }
}

/** Null: a comment, which keeps the connection alive. */
function parse(block: string): ServerSentEvent | null {
  const fields = new Map(
    block.split("\n").map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1).trimStart()] as const;
    }),
  );
  const data = fields.get("data");
  return data === undefined
    ? null
    : { event: fields.get("event") ?? "message", data: JSON.parse(data) };
}
