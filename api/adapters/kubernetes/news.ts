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

  /** The change to be told of, unless the object is to be seen as when this was last asked. */
  of(change: ObjectChange): ObjectChange | null {
    const { id } = change;
    const observed = this.#observe(change);
    const last = this.#last.get(id);
    const now = isNew(observed) ? NEW : JSON.stringify(observed);
    if (observed === null) this.#last.delete(id);
    else this.#last.set(id, now);
    if (now === (last ?? NEW)) return null;
    return isPassing(observed) ? { ...change, passing: true } : change;
  }
}

/**
 * On its way to be ready: not charged yet, or a volume, which is charged from when it was provisioned. So is what somebody
 * else bends around a Pod that is there: in a fight over it nobody must be asked again and again without a pause.
 */
function isPassing(observed: Observed): boolean {
  if (observed === null) return false;
  // What happens to a claim that is being removed is to be recorded before it is gone.
  if ("sizeGib" in observed) return observed.phase !== "deleting";
  const { generation, phase, cause, intervals, drifted = false } = observed;
  if (generation === 0 || cause?.code === "refused") return false;
  if (drifted) return phase === "ready";
  return (phase === "waiting" || phase === "starting") && intervals.length === 0;
}

function isNew(observed: Observed): boolean {
  if (observed === null) return false;
  if ("sizeGib" in observed) return observed.phase === "pending" && observed.sizeGib === 0;
  const { phase, cause, intervals, drifted = false } = observed;
  return phase === "waiting" && cause === null && intervals.length === 0 && !drifted;
}
