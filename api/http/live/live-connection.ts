import { DomainError } from "#domain/errors.ts";
import type { LiveLimits } from "./live-connections.ts";

/** Throws a `DomainError` once access is lost. */
export type LiveCheck = () => Promise<unknown>;

/** One connection on which answers go on, for as long as its caller may have them. */
export class LiveConnection {
  readonly #limits: LiveLimits;
  readonly #check: LiveCheck;
  readonly #ending = new AbortController();
  readonly #onClose: (() => void)[] = [];
  readonly #timer: NodeJS.Timeout;
  #linger: NodeJS.Timeout | undefined;
  #cut: () => void = () => {};
  #seen = Date.now();
  #closed = false;

  constructor(limits: LiveLimits, check: LiveCheck) {
    this.#limits = limits;
    this.#check = check;
    this.#timer = setTimeout(() => this.#look(), limits.checkMs);
  }

  /** Aborts when the connection has to end, or has ended; the reason is a `DomainError`. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  /** Asks for its end; whatever is left of it after a while is cut off. */
  end(reason: DomainError): void {
    if (this.#closed || this.signal.aborted) return;
    this.#linger = setTimeout(() => this.#cut(), this.#limits.lingerMs);
    this.#ending.abort(reason);
  }

  /** How to break it off, where its peer does not take part in ending it. */
  onCut(cut: () => void): void {
    this.#cut = cut;
  }

  onClose(listener: () => void): void {
    this.#onClose.push(listener);
  }

  /** It has ended. May be called any number of times. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#linger);
    this.#ending.abort(new DomainError("unavailable", "The connection has ended."));
    for (const listener of this.#onClose) listener();
  }

  async #look(): Promise<void> {
    try {
      await inTime(this.#check(), this.#limits.checkMs);
      this.#seen = Date.now();
    } catch (error) {
      const reason = this.#reasonToEnd(error);
      if (reason !== null) return this.end(reason);
    }
    if (!this.#closed && !this.signal.aborted) this.#timer.refresh();
  }

  /** What cannot be asked is asked again for a while; null: for now it goes on. */
  #reasonToEnd(error: unknown): DomainError | null {
    if (error instanceof DomainError && error.code !== "unavailable") return error;
    if (Date.now() - this.#seen < this.#limits.blindMs) return null;
    return new DomainError("unavailable", "Whether you still have access cannot be looked up.", {
      retryAfterSeconds: 5,
    });
  }
}

/** A look that takes too long is one that failed. */
function inTime<T>(look: Promise<T>, milliseconds: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("no answer in time")), milliseconds);
    look.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
