import type { OwnPod } from "./pod-facts.ts";

/** A time in which a Pod was ready, half open; by the cluster's clock. */
export interface ReadyPeriod {
  since: string;
  until: string | null;
}

type Readiness = Pick<OwnPod, "ready" | "removedAt" | "container">;

/**
 * The periods, continued by what the Pod says now. A Pod tells only since when it is or is not ready; where it became so again
 * between two looks, the end of its last process in between is where it ceased to be, or else nothing is known of a gap.
 */
export function nextPeriods(periods: ReadyPeriod[], now: Readiness): ReadyPeriod[] {
  const { ready, removedAt } = now;
  if (ready === null) return periods;
  const last = periods.at(-1);
  const open = last !== undefined && last.until === null ? last : null;
  if (!ready.status)
    return open === null ? periods : closeLast(periods, earlier(ready.since, removedAt));
  if (last !== undefined && isSameSecond(last.since, ready.since)) {
    if (removedAt !== null) return open === null ? periods : closeLast(periods, removedAt);
    // Ended and begun within the second that the cluster tells.
    return open === null ? [...periods, { since: after(last.until!), until: null }] : periods;
  }
  const before = open === null ? periods : closeLast(periods, endBefore(open, ready.since, now));
  return [...before, { since: ready.since, until: removedAt }];
}

/** The periods of a Pod of which one was recorded as open before this process saw any. */
export function continuePeriods(
  open: ReadyPeriod,
  pod: Readiness & Pick<OwnPod, "periods">,
): ReadyPeriod[] {
  const known = pod.periods.findIndex(({ since }) => since === open.since);
  // Another process may tell what lies within one second apart otherwise.
  const same =
    known === -1
      ? pod.periods.findLastIndex(({ since }) => isSameSecond(since, open.since))
      : known;
  if (same !== -1) return pod.periods.with(same, { ...pod.periods[same]!, since: open.since });
  const [first] = pod.periods;
  if (first === undefined) return nextPeriods([open], pod);
  return [...closeLast([open], endBefore(open, first.since, pod)), ...pod.periods];
}

/** Kubernetes tells seconds; what follows one in the same second is told apart by a millisecond. */
export const isSameSecond = (a: string, b: string): boolean => a.slice(0, 19) === b.slice(0, 19);

export const after = (moment: string): string => new Date(Date.parse(moment) + 1).toISOString();

function endBefore({ since }: ReadyPeriod, again: string, { container }: Readiness): string {
  const ended = container?.last?.finishedAt ?? null;
  return ended !== null && ended > since && ended < again ? ended : again;
}

function closeLast(periods: ReadyPeriod[], at: string): ReadyPeriod[] {
  const { since } = periods.at(-1)!;
  return periods.with(periods.length - 1, { since, until: at < since ? since : at });
}

const earlier = (a: string, b: string | null): string => (b !== null && b < a ? b : a);
