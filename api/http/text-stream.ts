/**
 * A text of any size as a stream, once its first piece is there. No more than one piece is made ahead of what the client
 * has taken, and none after it has gone.
 */
export async function textStream(
  content: AsyncIterable<string>,
): Promise<ReadableStream<Uint8Array>> {
  const pieces = content[Symbol.asyncIterator]();
  let next: Promise<IteratorResult<string>> = Promise.resolve(await pieces.next());
  const encoder = new TextEncoder();
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await next;
        if (done) return controller.close();
        controller.enqueue(encoder.encode(value));
        next = pieces.next();
        next.catch(() => {}); // Told by the pull that waits for it.
      },
      async cancel() {
        await pieces.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}
