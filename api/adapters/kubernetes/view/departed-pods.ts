import type { ObservedWorkload } from "#ports/cluster.ts";
import type { OwnPod } from "./pod-facts.ts";
import { isSameSecond, type ReadyPeriod } from "./ready-periods.ts";

const ENOUGH = 10_000;

/** Pods that went before anybody had recorded when they were ready, by resource (BIL-1). */
export class DepartedPods {
  readonly #pods = new Map<string, OwnPod[]>();

  /** `at`: when it ended at the latest. */
  add(pod: OwnPod, at: string): void {
    if (pod.periods.length === 0) return;
    const periods = pod.periods.map(({ since, until }) => ({
      since,
      until: until ?? later(since, at),
    }));
    this.#pods.set(pod.resourceId, [
      ...(this.#pods.get(pod.resourceId) ?? []),
      { ...pod, periods },
    ]);
    if (this.#pods.size <= ENOUGH) return;
    const [oldest] = this.#pods.keys();
    this.#pods.delete(oldest!);
  }

  /** Those of which something is not recorded yet; the others are forgotten. */
  of(resourceId: string, before: ObservedWorkload | null): OwnPod[] {
    const pods = this.#pods.get(resourceId);
    if (pods === undefined) return [];
    const left = pods.filter((pod) => pod.periods.some((it) => !isRecorded(pod, it, before)));
    if (left.length === 0) this.#pods.delete(resourceId);
    else this.#pods.set(resourceId, left);
    return left;
  }
}

/** Recorded are whole generations of what is gone, and else everything up to the last interval. */
function isRecorded(
  { generation }: OwnPod,
  { since }: ReadyPeriod,
  before: ObservedWorkload | null,
): boolean {
  if (before === null) return false;
  if (before.phase === "gone") return generation <= before.generation;
  const last = before.intervals.at(-1);
  if (last === undefined) return false;
  if (isSameSecond(since, last.runningSince))
    return generation === last.generation ? last.stoppedAt !== null : generation < last.generation;
  return since < last.runningSince;
}

const later = (a: string, b: string): string => (a > b ? a : b);
