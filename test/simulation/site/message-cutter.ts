/** Cuts a stream of PostgreSQL's protocol into whole messages, in either direction. */
export class MessageCutter {
  #rest = Buffer.alloc(0);
  /** Of the next message; the first one of a client has none. */
  #typeBytes: 0 | 1;

  constructor({ firstHasType }: { firstHasType: boolean }) {
    this.#typeBytes = firstHasType ? 1 : 0;
  }

  push(chunk: Buffer): Buffer[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const messages: Buffer[] = [];
    for (;;) {
      const head = this.#typeBytes;
      if (this.#rest.length < head + 4) return messages;
      const length = head + this.#rest.readUInt32BE(head);
      if (this.#rest.length < length) return messages;
      messages.push(this.#rest.subarray(0, length));
      this.#rest = this.#rest.subarray(length);
      this.#typeBytes = 1;
    }
  }
}
