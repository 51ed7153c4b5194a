import type { DomainError } from "#domain/errors.ts";
import type { LiveConnection } from "./live-connection.ts";

interface EventStreamOptions {
  readonly heartbeatMs: number;
  /** What is told of a failure, as JSON. */
  readonly describe: (error: unknown) => object;
}

/**
 * Lines as Server-Sent Events: `data: {"line":…}` each, then an event `end`, or `problem` (RFC 9457) where they break off.
 * Lines must end with the signal of `live`. No line is asked for before the client has taken the one before.
 */
export function eventStream(
  lines: AsyncIterable<string>,
  live: LiveConnection,
  { heartbeatMs, describe }: EventStreamOptions,
): ReadableStream<Uint8Array> {
  const pieces = lines[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  let heartbeat: NodeJS.Timeout | undefined;
  live.onClose(() => clearInterval(heartbeat));
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const say = () => controller.enqueue(encoder.encode(":\n\n"));
        say(); // So that the headers leave at once.
        heartbeat = setInterval(() => controller.desiredSize === 0 && say(), heartbeatMs);
      },
      async pull(controller) {
        const event = await next(pieces, live.signal, describe);
        controller.enqueue(encoder.encode(event.text));
        if (!event.last) return;
        clearInterval(heartbeat);
        controller.close();
      },
      async cancel() {
        live.close();
        await pieces.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

async function next(
  pieces: AsyncIterator<string>,
  signal: AbortSignal,
  describe: EventStreamOptions["describe"],
): Promise<{ text: string; last: boolean }> {
  try {
    const { done, value } = await pieces.next();
    if (!done) return { text: `data: ${JSON.stringify({ line: value })}\n\n`, last: false };
    if (signal.aborted) throw signal.reason as DomainError;
    return { text: "event: end\ndata: {}\n\n", last: true };
  } catch (error) {
    const problem = JSON.stringify(describe(error));
    return { text: `event: problem\ndata: ${problem}\n\n`, last: true };
  }
}
