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
  for (const pod of pods) {
    const open = recorded.find((it) => it.stoppedAt === null && isOf(it, pod));
    const periods =
      open === undefined
        ? pod.periods
        : continuePeriods({ since: open.runningSince, until: null }, pod);
    for (const period of ended(periods, lostAt(pod))) add(intervals, pod, period);
  }
  intervals.sort((a, b) => (a.runningSince < b.runningSince ? -1 : 1));
  return intervals.slice(-KEPT);
}

function isOf({ generation, runningSince }: ReadyInterval, pod: OwnPod): boolean {
  return generation === pod.generation && runningSince >= pod.createdAt;
}

function add(intervals: ReadyInterval[], { generation }: OwnPod, period: ReadyPeriod): void {
  const { since, until } = period;
  const last = intervals.findLast((it) => isSameSecond(it.runningSince, since));
  if (last?.stoppedAt != null && (until !== null || last.runningSince === since)) {
    if (until !== null) return;
    // Recorded as ended, and begun again within that second.
    intervals.push({ generation, runningSince: after(last.stoppedAt), stoppedAt: null });
  } else intervals.push({ generation, runningSince: since, stoppedAt: until });
}

function ended(periods: ReadyPeriod[], lostAt: string | null): ReadyPeriod[] {
  if (lostAt === null) return periods;
  return periods.map((period) => {
    if (period.until !== null) return period;
    return { since: period.since, until: lostAt > period.since ? lostAt : period.since };
  });
}
