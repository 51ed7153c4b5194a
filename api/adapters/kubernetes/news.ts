import type { ObjectChange, ObservedVolume, ObservedWorkload } from "#ports/cluster.ts";

type Observed = ObservedWorkload | ObservedVolume | null;

// What was just asked for and has nothing to say yet, whichever of its parts is there.
const NEW = "new";

/**
 * What of all that changes in a cluster is worth a look: only what makes an observation another one. What appears is our own
 * doing, which nobody needs to be told of.
 */
export class News {
  readonly #last = new Map<string, string>();
  readonly #observe: (change: ObjectChange) => Observed;

  constructor(observe: (change: ObjectChange) => Observed) {
    this.#observe = observe;
  }

  /** Whether the object is to be seen otherwise than when this was last asked. */
  isOf(change: ObjectChange): boolean {
    const { id } = change;
    const observed = this.#observe(change);
    const last = this.#last.get(id);
    const now = isNew(observed) ? NEW : JSON.stringify(observed);
    if (observed === null) this.#last.delete(id);
    else this.#last.set(id, now);
    return now !== (last ?? NEW);
  }
}

function isNew(observed: Observed): boolean {
  if (observed === null) return false;
  if ("sizeGib" in observed) return observed.phase === "pending" && observed.sizeGib === 0;
  const { phase, cause, intervals, drifted = false } = observed;
  return phase === "waiting" && cause === null && intervals.length === 0 && !drifted;
}
