/** What of a message to PostgreSQL the simulation cares about. */
export interface Frame {
  bytes: Buffer;
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
  #rest = Buffer.alloc(0);
  #started = false;
  #inTransaction = false;
  /** Of the statement that the next Sync ends. */
  #parsed = "";

  push(chunk: Buffer): Frame[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const frames: Frame[] = [];
    for (;;) {
      // The first message has no type.
      const head = this.#started ? 1 : 0;
      if (this.#rest.length < head + 4) return frames;
      const length = head + this.#rest.readUInt32BE(head);
      if (this.#rest.length < length) return frames;
      const bytes = this.#rest.subarray(0, length);
      this.#rest = this.#rest.subarray(length);
      frames.push({ bytes, commits: this.#started && this.#commits(bytes) });
      this.#started = true;
    }
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
