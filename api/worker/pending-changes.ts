import { setTimeout as sleep } from "node:timers/promises";
import type { ObjectChange } from "#ports/cluster.ts";
import { Wake } from "./wake.ts";

// Long enough that the changes of a moment become one statement.
const COALESCE_MS = 20;
const IDLE_MS = 60_000;

/** Changes that wait to be put on the list, each object once. */
export class PendingChanges {
  readonly #changes = new Map<string, ObjectChange>();
  readonly #wake = new Wake();

  /** After the signal, `take` waits no more. */
  constructor(signal: AbortSignal) {
    signal.addEventListener("abort", () => this.#wake.wake(), { once: true });
  }

  add(change: ObjectChange): void {
    this.#changes.set(change.id, change);
    this.#wake.wake();
  }

  /** What has come together a moment after the first change; nothing when none came for a long time. */
  async take(): Promise<ObjectChange[]> {
    await this.#wake.sleep(IDLE_MS);
    if (this.#changes.size > 0) await sleep(COALESCE_MS);
    const taken = [...this.#changes.values()];
    this.#changes.clear();
    return taken;
  }
}
