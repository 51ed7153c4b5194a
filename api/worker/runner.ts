import { randomUUID } from "node:crypto";
import type { Database } from "#db/database.ts";
import { isDatabaseOutage, withoutParameters } from "#domain/database-errors.ts";
import { claimWork } from "#domain/work/claim.ts";
import { completeWork } from "#domain/work/complete.ts";
import { failWork, isPoisoned } from "#domain/work/fail.ts";
import { renewWork } from "#domain/work/renew.ts";
import { ClaimLost, type WorkHandlers, type WorkItem } from "#domain/work/types.ts";
import { verifyClaim } from "#domain/work/verify-claim.ts";
import { ClusterUnavailable } from "#ports/cluster.ts";
import { MailerUnavailable } from "#ports/mailer.ts";

export interface RunnerOptions {
  database: Database;
  heartbeats: Database;
  replica: string;
  handlers: WorkHandlers;
  concurrency: number;
  leaseMs: number;
  /** After this long a handler is given up; what it may still write is refused. */
  timeoutMs: number;
  onFinished: () => void;
  onFailed: (item: WorkItem, error: unknown, parked: boolean) => void;
}

/** Runs claimed items, a bounded number at once. */
export class Runner {
  readonly #options: RunnerOptions;
  readonly #running = new Map<WorkItem, Promise<void>>();
  #slots: number;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#slots = options.concurrency;
  }

  /** Claims as many items as there are free slots and starts them. Answers whether there may be more to claim. */
  async fill(): Promise<boolean> {
    const { database, replica, leaseMs } = this.#options;
    const limit = this.#slots;
    if (limit === 0) return false;
    this.#slots = 0;
    let claimed: WorkItem[] = [];
    try {
      claimed = await claimWork(database, { replica, claim: randomUUID(), limit, leaseMs });
    } finally {
      this.#slots += limit - claimed.length;
    }
    for (const item of claimed) this.#start(item);
    return claimed.length === limit;
  }

  get busy(): boolean {
    return this.#running.size > 0;
  }

  /** Waits until everything that runs now has finished. */
  async settled(): Promise<void> {
    await Promise.all(this.#running.values());
  }

  /** Waits until one of the items at work has finished. */
  async progress(): Promise<void> {
    await Promise.race(this.#running.values());
  }

  renew(): Promise<void> {
    const { heartbeats, leaseMs } = this.#options;
    return renewWork(heartbeats, [...this.#running.keys()], leaseMs);
  }

  #start(item: WorkItem): void {
    const run = this.#run(item).finally(() => {
      this.#running.delete(item);
      this.#slots += 1;
      this.#options.onFinished();
    });
    this.#running.set(item, run);
  }

  async #run(item: WorkItem): Promise<void> {
    const { database, handlers, timeoutMs } = this.#options;
    try {
      if (isPoisoned(item)) throw new Error("It was begun again and again, and never finished.");
      const work = handlers[item.kind](item, { verify: (tx) => verifyClaim(tx, item) });
      await completeWork(database, item, await inTime(work, timeoutMs));
    } catch (error) {
      if (error instanceof ClaimLost) return;
      await this.#fail(item, error);
    }
  }

  // When even this cannot be written, the claim runs out and the item is taken up again.
  async #fail(item: WorkItem, error: unknown): Promise<void> {
    const { database, onFailed } = this.#options;
    const shown = withoutParameters(error);
    const message = shown instanceof Error ? shown.message : String(shown);
    const passing =
      error instanceof ClusterUnavailable ||
      error instanceof MailerUnavailable ||
      isDatabaseOutage(error);
    const parked = await failWork(database, item, { message, passing }).catch(() => false);
    onFailed(item, error, parked);
  }
}

async function inTime<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
