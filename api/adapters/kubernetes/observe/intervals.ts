import type { ObservedWorkload, ReadyInterval } from "#ports/cluster.ts";
import type { OwnPod } from "../view/pod-facts.ts";
import { after, continuePeriods, isSameSecond, type ReadyPeriod } from "../view/ready-periods.ts";

// Older ones are charged long since; the last are kept so that a late look still finds where to go on.
const KEPT = 16;

/**
 * The ready intervals of a resource: what is recorded, continued by what its Pods tell (BIL-1). `lostAt` is where a Pod ended
 * whose node is gone; of what no Pod explains any more, nothing open is told.
 */
export function intervalsOf(
  pods: OwnPod[],
  before: ObservedWorkload | null,
  lostAt: (pod: OwnPod) => string | null,
): ReadyInterval[] {
  const recorded = before?.intervals ?? [];
  const oldest = Math.min(...pods.map(({ generation }) => generation));
  const intervals = recorded.filter((it) => it.stoppedAt !== null && it.generation >= oldest);
  const open = recorded.find(({ stoppedAt }) => stoppedAt === null);
  const owner = open && ownerOf(open, pods);
  for (const pod of pods) {
    const periods =
      pod === owner
        ? continuePeriods({ since: open!.runningSince, until: null }, pod)
        : pod.periods;
    for (const period of ended(periods, lostAt(pod))) add(intervals, pod, period);
  }
  intervals.sort((a, b) => (a.runningSince < b.runningSince ? -1 : 1));
  return intervals.slice(-KEPT);
}

/** The latest Pod of the generation that was there by then. */
export function ownerOf(
  { generation, runningSince }: ReadyInterval,
  pods: OwnPod[],
): OwnPod | undefined {
  return pods
    .filter((pod) => pod.generation === generation && pod.createdAt <= runningSince)
    .toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1))
    .at(-1);
}

function add(intervals: ReadyInterval[], { generation }: OwnPod, period: ReadyPeriod): void {
  const { since, until } = period;
  const ofSecond = intervals.filter((it) => isSameSecond(it.runningSince, since));
  const own = ofSecond.findLast((it) => it.generation === generation)?.stoppedAt ?? null;
  // Recorded, and over: this is it, told apart otherwise, unless it has begun anew.
  if (own !== null && since <= own && until !== null) return;
  const stoppedAt = ofSecond.at(-1)?.stoppedAt ?? null;
  const runningSince = stoppedAt === null || since > stoppedAt ? since : after(stoppedAt);
  intervals.push({ generation, runningSince, stoppedAt: until && later(until, runningSince) });
}

const later = (a: string, b: string): string => (a > b ? a : b);

function ended(periods: ReadyPeriod[], lostAt: string | null): ReadyPeriod[] {
  if (lostAt === null) return periods;
  return periods.map((period) => {
    if (period.until !== null) return period;
    return { since: period.since, until: lostAt > period.since ? lostAt : period.since };
  });
}
