import { setTimeout as sleep } from "node:timers/promises";
import type { ObjectChange } from "#ports/cluster.ts";
import { Wake } from "./wake.ts";

// Long enough that the changes of a moment become one statement.
const COALESCE_MS = 20;
// What something passes through in less is not worth a look of its own.
const PASSING_MS = 3000;
// A burst of workloads takes longer, and looks would take from what makes them ready: so much more for each that waits.
const PASSING_MS_EACH = 100;
const PASSING_MS_MAX = 30_000;
const IDLE_MS = 60_000;

/** Changes that wait to be put on the list, each object once. */
export class PendingChanges {
  readonly #changes = new Map<string, { change: ObjectChange; dueAt: number }>();
  readonly #wake = new Wake();
  /** What is due later than this changes nothing for who takes. */
  #awaited = Infinity;

  /** After the signal, `take` waits no more. */
  constructor(signal: AbortSignal) {
    signal.addEventListener("abort", () => this.#wake.wake(), { once: true });
  }

  add(change: ObjectChange): void {
    const known = this.#changes.get(change.id);
    const passing = change.passing === true && known?.change.passing !== false;
    const dueAt = performance.now() + (passing ? this.#patience(change) : 0);
    this.#changes.set(change.id, {
      change: { ...change, passing },
      dueAt: Math.min(dueAt, known?.dueAt ?? Infinity),
    });
    if (dueAt < this.#awaited) this.#wake.wake();
  }

  // A volume is charged for as soon as it is there.
  #patience({ object }: ObjectChange): number {
    if (object === "volume") return PASSING_MS;
    return Math.min(PASSING_MS_MAX, PASSING_MS + PASSING_MS_EACH * this.#changes.size);
  }

  /** What has come together a moment after the first change was due; nothing when none was for a long time. */
  async take(): Promise<ObjectChange[]> {
    const first = Math.min(...[...this.#changes.values()].map(({ dueAt }) => dueAt));
    this.#awaited = first;
    await this.#wake.sleep(Math.min(IDLE_MS, Math.max(0, first - performance.now())));
    if (this.#due().length > 0) await sleep(COALESCE_MS);
    const taken = this.#due();
    for (const { id } of taken) this.#changes.delete(id);
    return taken;
  }

  #due(): ObjectChange[] {
    const now = performance.now();
    return [...this.#changes.values()].filter(({ dueAt }) => dueAt <= now).map((it) => it.change);
  }
}
