import type { Idleness, IdlePeriod } from "#domain/resources/types.ts";
import type { Activity } from "#ports/cluster.ts";
import { useOf } from "./use-of.ts";

const MINUTE_MS = 60_000;
/** What comes and goes between two probes unseen by Jupyter is not longer than this. */
const PROBE_MS = 5 * MINUTE_MS;
/** A stop that comes later than this was held up, and with it, most likely, whoever would have prevented it. */
const LATE_MS = 10 * MINUTE_MS;
/** So long nobody is bothered with what cannot be judged. */
const SILENCE_MS = 60 * MINUTE_MS;
/** Ages that are told differ by this much from probe to probe. */
const SLACK_MS = MINUTE_MS;

export interface Probed {
  /** Null: nothing was learned. */
  activity: Activity | null;
  /** Site time before the probe: it saw nothing older. */
  at: Date;
}

export interface Verdict {
  idleness: Idleness;
  /** `withdraw`: it is used again after a stop was announced. `tell`: it could not be judged for long. */
  act: "warn" | "withdraw" | "tell" | "stop" | null;
  /** When to probe next; of a stop, nothing. */
  again: Date;
}

/**
 * What a fresh probe means for a running notebook (RES-9). Idle is what every probe since `idleSince` found unused, Jupyter's
 * own memory included. A stop is announced first, and only a probe after the announced moment can decide it; one that tells
 * too little postpones everything and changes nothing. After an outage the stop is announced anew. `now` is when it is recorded.
 */
export function judgeIdle(
  before: Idleness,
  { afterMinutes }: IdlePeriod,
  { activity, at }: Probed,
  now: Date,
): Verdict {
  const { usedAt, isComplete } = useOf(activity, at);
  const idleSince = since(before.idleSince, { usedAt, isComplete, at });
  const inUse = usedAt >= at.getTime() - SLACK_MS;
  const unchanged = idleSince !== null && idleSince === before.idleSince;
  const holds = unchanged && before.announced?.afterMinutes === afterMinutes;
  const announced = holds ? before.announced : null;
  const unknown = isComplete || inUse ? null : (before.unknown ?? { since: iso(at), told: false });
  const idleness = { ...before, idleSince, announced, unknown };
  const again = new Date(now.getTime() + PROBE_MS);

  if (before.announced !== null && !unchanged) return { idleness, act: "withdraw", again };
  if (unknown !== null) {
    const isLong = at.getTime() - Date.parse(unknown.since) >= SILENCE_MS;
    if (unknown.told || !isLong) return { idleness, act: null, again };
    return { idleness: { ...idleness, unknown: { ...unknown, told: true } }, act: "tell", again };
  }
  if (idleSince === null) return { idleness, act: null, again };

  const lead = leadMs(afterMinutes);
  const end = Date.parse(idleSince) + afterMinutes * MINUTE_MS;
  const due = announced === null ? end - lead : Date.parse(announced.stopsAt);
  if (at.getTime() < due)
    return { idleness, act: null, again: new Date(Math.min(due, again.getTime())) };
  if (announced !== null && at.getTime() - due <= LATE_MS) return { idleness, act: "stop", again };
  const stopsAt = new Date(Math.max(end, now.getTime() + lead));
  const told = { afterMinutes, stopsAt: iso(stopsAt) };
  return { idleness: { ...idleness, announced: told }, act: "warn", again };
}

/** How long before a stop it is announced: a fifth of the period, at least ten minutes and at most an hour. */
function leadMs(afterMinutes: number): number {
  return Math.min(60, Math.max(10, afterMinutes / 5)) * MINUTE_MS;
}

function since(
  before: string | null,
  { usedAt, isComplete, at }: { usedAt: number; isComplete: boolean; at: Date },
): string | null {
  if (usedAt >= at.getTime() - SLACK_MS) return null;
  if (before === null) return isComplete ? iso(at) : null;
  return usedAt > Date.parse(before) + SLACK_MS ? iso(new Date(usedAt)) : before;
}

const iso = (moment: Date) => moment.toISOString();
