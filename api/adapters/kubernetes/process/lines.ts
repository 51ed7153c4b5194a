// What is longer comes in pieces, so that a process that never ends its line cannot fill our memory.
const LONGEST_LINE = 65_536;
const NEWLINE = 10;

/** The lines of a text that comes in chunks; one that is not ended is the last. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let parts: Uint8Array[] = [];
  let size = 0;
  const take = () => {
    const line = Buffer.concat(parts, size).toString();
    parts = [];
    size = 0;
    return line;
  };
  const add = (part: Uint8Array) => {
    if (part.length > 0) parts.push(part);
    size += part.length;
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      add(chunk.subarray(from, at));
      from = at + 1;
      yield take();
    }
    add(chunk.subarray(from));
    if (size > LONGEST_LINE) yield take();
  }
  if (size > 0) yield take();
}
