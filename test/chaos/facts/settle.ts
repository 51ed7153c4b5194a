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

/** Half open, in milliseconds. */
interface Span {
  since: number;
  until: number;
}

type Charged = Span & { generation: number };

/** With its end as it is charged. */
type Seen = Interval & { ended: number };

// Somebody who can see notices within it: as long as another replica may take to follow a dead one.
const NOTICE_MS = 15_000;
// A watch that was cut is begun again within it.
const SIGHT_MS = 5_000;
// Kubernetes tells whole seconds; the product, to whom requests have milliseconds, records what it is told from then on.
const SECOND = 1000;

/**
 * What the product recorded, where it is as the witness saw it; else what the witness saw. They may differ by less than a
 * second wherever one began or ended, and otherwise only where the witness cannot know better:
 * - an end that left no trace (node gone, Pod removed by force) may be noticed later, by as much as nobody could see;
 * - what began and ended while nobody could see is not told at all, unless it left a Pod to be found;
 * - a readiness that was lost and came back while nobody could see is told by its last end only, so what lies between
 *   two intervals may be missing.
 */
export function settle(
  truth: Interval[],
  recorded: Recorded[],
  acceptedEnd: (interval: Interval) => number,
  blind: Blind[],
): Charged[] {
  const seen = truth
    .map((it) => ({ ...it, ended: Math.min(it.until ?? Infinity, acceptedEnd(it)) }))
    .toSorted((a, b) => a.since - b.since);
  if (seen.length === 0) return [];
  const wanted = seen
    .map(({ generation, since, ended }) => ({ generation, since, until: ended }))
    .filter(({ since, until }) => until > since);
  const told = recorded.map(({ startedAt, endedAt }) => {
    const span = { since: startedAt, until: endedAt };
    // It ended when it was no longer asked for, at the latest, and not before it began.
    const asked = seen.filter((it) => acceptedEnd(it) >= endedAt && it.since < endedAt);
    // The next generation was not asked for before that, though a whole second may tell of it.
    const first = Math.min(...asked.map(acceptedEnd));
    const own = asked.filter((it) => acceptedEnd(it) === first);
    return { ...span, generation: nearest(span, own.length > 0 ? own : seen) };
  });
  const generations = new Set([...wanted, ...told].map(({ generation }) => generation));
  const isRight = [...generations].every((generation) => {
    const of = <T extends { generation: number }>(list: T[]) =>
      list.filter((it) => it.generation === generation);
    const own = of(seen);
    return (
      without(of(told), of(wanted)).every((it) => mayBeTold(it, own, blind)) &&
      without(of(wanted), of(told)).every((it) => mayBeMissed(it, own, blind))
    );
  });
  return isRight ? told : truth.map((it) => ({ ...it, until: it.until ?? Infinity }));
}

/** The generation that was ready for the most of it, or else closest to it. */
function nearest(span: Span, seen: Seen[]): number {
  const shared = ({ since, ended }: Seen) =>
    Math.min(ended, span.until) - Math.max(since, span.since);
  return seen.toSorted((a, b) => shared(b) - shared(a))[0]!.generation;
}

/** What of the spans is in none of the others. */
function without(spans: Span[], others: Span[]): Span[] {
  return others.reduce(
    (left, { since, until }) =>
      left
        .flatMap((it) => [
          { since: it.since, until: Math.min(it.until, since) },
          { since: Math.max(it.since, until), until: it.until },
        ])
        .filter((it) => it.until > it.since),
    spans.map(({ since, until }) => ({ since, until })),
  );
}

function mayBeTold(span: Span, seen: Seen[], blind: Blind[]): boolean {
  if (span.until - span.since < SECOND) return true;
  const before = seen.findLast(({ ended }) => Math.abs(ended - span.since) < SECOND);
  if (before === undefined) return false;
  if (before.traceless && span.until <= noticedBy(before.until!, blind)) return true;
  const next = seen.find(({ since }) => since > before.since);
  if (next === undefined || span.until >= next.since + SECOND) return false;
  return wasBlind({ since: before.ended, until: next.since }, SIGHT_MS, blind);
}

function mayBeMissed(span: Span, seen: Seen[], blind: Blind[]): boolean {
  const length = span.until - span.since;
  if (length < SECOND) return true;
  const of = seen.find(({ since, ended }) => since <= span.since && ended >= span.until)!;
  // What lasted a moment may be told from one second to the next.
  if (length === SECOND && of.ended - of.since === SECOND) return true;
  // A Pod that was left to be found tells of it.
  return (
    of.until !== null && wasBlind({ ...of, until: of.until }, of.removed ? 0 : SIGHT_MS, blind)
  );
}

/** Nobody could be counted on to see both its beginning and its end, nor anything in between. */
function wasBlind({ since, until }: Span, sightMs: number, blind: Blind[]): boolean {
  let at = since;
  for (const it of blind.toSorted((a, b) => a.from - b.from))
    if (it.from - SECOND < at) at = Math.max(at, (it.until ?? Infinity) + sightMs);
  return at >= until;
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
