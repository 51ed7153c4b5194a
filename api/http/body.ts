import type { Context } from "hono";
import { DomainError, InputError } from "#domain/errors.ts";
import type { RouteContext } from "./route-context.ts";

export const MAX_BODY_BYTES = 1_048_576;

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * The text of a request's body, read once however often it is asked for, and never more than a body may have. Throws
 * `body_too_large`, `invalid_input` for what is not UTF-8.
 */
export function readText(c: RouteContext): Promise<string> {
  const known = c.get("bodyText");
  if (known !== undefined) return known;
  const text = readBytes(c).catch(asProblem).then(decode);
  c.set("bodyText", text);
  return text;
}

async function readBytes(c: Context): Promise<Uint8Array> {
  const length = c.req.header("content-length");
  // Chunks say nothing of what is to come; a length is kept to by the HTTP parser.
  if (length === undefined) return collect(c.req.raw.body);
  if (Number(length) > MAX_BODY_BYTES) throw tooLarge();
  return new Uint8Array(await c.req.arrayBuffer());
}

// The caller hung up: nobody reads the answer, and nothing failed inside.
function asProblem(error: unknown): never {
  if (error instanceof DomainError) throw error;
  throw new InputError([{ pointer: "", code: "incomplete", message: "the body ended too early" }]);
}

async function collect(body: ReadableStream<Uint8Array> | null): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_BODY_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new InputError([
      { pointer: "", code: "invalid_encoding", message: "the body is not UTF-8" },
    ]);
  }
}

function tooLarge(): DomainError {
  return new DomainError("body_too_large", `The body may have ${MAX_BODY_BYTES} bytes at most.`);
}
