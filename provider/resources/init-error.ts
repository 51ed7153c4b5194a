/** It exists, and is not as it should be: the id is kept, and the next `up` goes on from here (IAC-3). */
export class InitError extends Error {
  override readonly name = "InitError";
  readonly id: string;
  readonly outputs: object;
  readonly reasons: readonly string[];

  constructor(id: string, outputs: object, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(reason, { cause });
    this.id = id;
    this.outputs = outputs;
    this.reasons = [reason];
  }
}
