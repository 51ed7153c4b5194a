import { MessageCutter } from "./message-cutter.ts";

/** What of a message to PostgreSQL the simulation cares about. */
export interface Frame {
  bytes: Buffer;
  /** PostgreSQL says when it has answered it, and is ready for the next one. */
  asks: boolean;
  /** The answer to it says that something was committed. */
  commits: boolean;
}

const QUERY = 0x51;
const PARSE = 0x50;
const SYNC = 0x53;
const COMMIT = /^\s*commit\b/i;
const BEGIN = /^\s*begin\b/i;
const END = /^\s*(commit|rollback)\b/i;
const WRITE = /^\s*(insert|update|delete|with)\b/i;

/**
 * Cuts what a client sends into messages of the protocol, and says of each whether it commits: an explicit COMMIT, or a
 * write outside a transaction, by simple or extended query.
 */
export class FrontendFrames {
  readonly #messages = new MessageCutter({ firstHasType: false });
  #started = false;
  #inTransaction = false;
  /** Of the statement that the next Sync ends. */
  #parsed = "";

  push(chunk: Buffer): Frame[] {
    return this.#messages.push(chunk).map((bytes) => {
      const first = !this.#started;
      this.#started = true;
      const asks = first || bytes[0] === QUERY || bytes[0] === SYNC;
      return { bytes, asks, commits: !first && this.#commits(bytes) };
    });
  }

  #commits(bytes: Buffer): boolean {
    if (bytes[0] === QUERY) return this.#sees(bytes.toString("utf8", 5, bytes.length - 1));
    if (bytes[0] === PARSE) {
      const text = bytes.indexOf(0, 5) + 1;
      this.#parsed = bytes.toString("utf8", text, bytes.indexOf(0, text));
    }
    return bytes[0] === SYNC && this.#sees(this.#parsed);
  }

  #sees(sql: string): boolean {
    const commits = this.#inTransaction ? COMMIT.test(sql) : WRITE.test(sql);
    if (BEGIN.test(sql)) this.#inTransaction = true;
    if (END.test(sql)) this.#inTransaction = false;
    return commits;
  }
}
