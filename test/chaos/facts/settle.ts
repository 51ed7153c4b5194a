import type { Blind } from "../story/fault-log.ts";
import type { Ready } from "../witness/pod-record.ts";

/** A time in which a Pod of a resource was ready, by the witness. */
export interface Interval extends Ready {
  generation: number;
}

/** What the product recorded of the same resource. */
export interface Recorded {
  startedAt: number;
  endedAt: number;
}

// Somebody who can see notices within it: as long as another replica may take to follow a dead one.
const NOTICE_MS = 15_000;
// A watch that was cut is begun again within it.
const SIGHT_MS = 5_000;
const SECOND = 1000;

/**
 * The witness's intervals, with the product's word in the places where the witness cannot know better, and nowhere else:
 * - an end that left no trace (node gone, Pod removed by force) may be noticed later, by as much as nobody could see;
 * - Kubernetes tells whole seconds: of two changes within one, the product tells the second apart by milliseconds, and a
 *   removal that follows an accepted request within the second seems to come before it;
 * - what began and ended while nobody could see is not told at all, unless it left a Pod to be found;
 * - a readiness that was lost and came back while nobody could see is told by its last end only, so what lies between
 *   two intervals may be missing, or end at the end of the last process.
 */
export function settle(
  truth: Interval[],
  recorded: Recorded[],
  acceptedEnd: (interval: Interval) => number,
  blind: Blind[],
): Interval[] {
  const settled: Interval[] = [];
  const left = truth.toSorted((a, b) => a.since - b.since);
  let endBefore: number | null = null;
  while (left.length > 0) {
    let interval = { ...left.shift()! };
    // What ended in the second in which it began, and the next one with it, is one to the product.
    const isPart = left[0] !== undefined && sameSecond(left[0].since, interval.since);
    const own = isPart
      ? undefined
      : recorded.find(
          ({ startedAt }) => sameSecond(startedAt, interval.since) && !isUsed(startedAt),
        );
    const before = endBefore;
    endBefore = interval.until;
    if (own === undefined && isUnseen(interval, blind)) continue;
    if (own !== undefined) {
      if (before !== null && sameSecond(before, interval.since)) interval.since = own.startedAt;
      while (left[0] !== undefined && isUnseenGap(interval, left[0], own, blind)) {
        const next = left.shift()!;
        interval = { ...interval, until: next.until, traceless: next.traceless };
      }
      const until = Math.min(interval.until ?? Number.MAX_VALUE, acceptedEnd(interval));
      const isSame = sameSecond(until, own.endedAt);
      if (isSame || (interval.traceless && isNoticed(interval.until!, own.endedAt, until, blind)))
        interval.until = own.endedAt;
    }
    settled.push(interval);
  }
  return settled;

  function isUsed(startedAt: number): boolean {
    return settled.some(({ since }) => since === startedAt);
  }
}

export const sameSecond = (a: number, b: number): boolean =>
  Math.floor(a / SECOND) === Math.floor(b / SECOND);

/** The product has one interval where the witness has two, and could not see what was between them. */
function isUnseenGap(
  { generation, until }: Interval,
  next: Interval,
  own: Recorded,
  blind: Blind[],
): boolean {
  if (until === null || next.generation !== generation || own.endedAt <= next.since) return false;
  return blind.some(
    (it) => it.from - SECOND < next.since && (it.until ?? Infinity) + SIGHT_MS >= until,
  );
}

/** Whoever looks afterwards finds neither its beginning nor its end. */
function isUnseen({ since, until, removed }: Interval, blind: Blind[]): boolean {
  if (until === null) return false;
  const sight = removed ? 0 : SIGHT_MS;
  return blind.some((it) => it.from - SECOND < since && (it.until ?? Infinity) + sight >= until);
}

function isNoticed(at: number, endedAt: number, until: number, blind: Blind[]): boolean {
  return endedAt >= Math.min(at, until) && endedAt <= noticedBy(at, blind);
}

/** When an end without a trace is known at the latest: after so much time in which everybody could see. */
function noticedBy(at: number, blind: Blind[]): number {
  let [now, left] = [at, NOTICE_MS];
  for (const { from, until } of blind.toSorted((a, b) => a.from - b.from)) {
    if (until === null || until <= now) continue;
    if (from - now >= left) break;
    left -= Math.max(0, from - now);
    now = until;
  }
  return now + left;
}
