import type { ObjectRef, ObservedWorkload, Workload } from "#ports/cluster.ts";
import { KubernetesRefusal } from "./api/errors.ts";

const AGAIN_MS = 30_000;

/**
 * What the cluster would not take of late (a full quota, an admission rule). After a while it is said to be drifted, so that
 * it is tried again; until something else comes of that, it stays refused.
 */
export class Refusals {
  readonly #known = new Map<string, ObservedWorkload>();
  readonly #changed: (ref: ObjectRef) => void;

  constructor(changed: (ref: ObjectRef) => void) {
    this.#changed = changed;
  }

  of(resourceId: string): ObservedWorkload | null {
    return this.#known.get(resourceId) ?? null;
  }

  forget(resourceId: string): void {
    this.#known.delete(resourceId);
  }

  /** A refusal is no failure of the call: it is a state of the workload, which says why. */
  async noting(workload: Workload, work: () => Promise<void>): Promise<void> {
    const { workspaceId, resourceId: id } = workload;
    try {
      await work();
      this.#known.delete(id);
    } catch (error) {
      if (!(error instanceof KubernetesRefusal) || !isFinal(error)) throw error;
      const refused = refusedWorkload(workload, error.message);
      this.#note({ workspaceId, id }, refused);
      setTimeout(() => {
        if (this.#known.get(id) === refused)
          this.#note({ workspaceId, id }, { ...refused, drifted: true });
      }, AGAIN_MS).unref();
    }
  }

  #note(ref: ObjectRef, observed: ObservedWorkload): void {
    this.#known.set(ref.id, observed);
    this.#changed(ref);
  }
}

// Forbidden (quota, admission), invalid, too large. A conflict or what is missing is for the next try.
const FINAL = new Set([400, 403, 413, 422]);

/** Also where the cluster does not know the kind at all, which it says in other words than that an object is missing. */
const isFinal = ({ status, reason }: KubernetesRefusal): boolean =>
  FINAL.has(status) || (status === 404 && reason !== "NotFound");

function refusedWorkload({ generation }: Workload, message: string): ObservedWorkload {
  return {
    generation,
    phase: "waiting",
    cause: { code: "refused", message },
    exitCode: null,
    restarts: 0,
    intervals: [],
    endpoints: [],
  };
}
