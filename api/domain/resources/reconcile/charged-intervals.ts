import type { ReadyInterval } from "#ports/cluster.ts";
import type { GenerationEnd } from "../types.ts";

/** An interval in which a resource was `RUNNING` as BIL-1 has it; empty when it became ready too late. */
export interface ChargedInterval {
  generation: number;
  flavor: string;
  since: Date;
  until: Date | null;
}

const SECOND = 1000;

/**
 * `RUNNING` begins when the workload is ready and ends at the first of: its generation no longer asked for (stop, restart
 * or delete accepted), readiness lost, node lost (BIL-1).
 */
export function chargedIntervals(
  intervals: ReadyInterval[],
  ends: Record<string, GenerationEnd>,
  flavor: string,
): ChargedInterval[] {
  return intervals.map(({ generation, runningSince, stoppedAt }) => {
    const since = new Date(runningSince);
    const end = ends[generation];
    // Begun and ended within a second, nobody knows on which side of the acceptance: it stays as it is told.
    const accepted = stoppedAt === runningSince ? null : dateOf(end?.endedAt ?? null);
    const first = firstEnd(dateOf(stoppedAt), accepted);
    return {
      generation,
      flavor: end?.flavor ?? flavor,
      since,
      until: first !== null && first < since ? since : first,
    };
  });
}

/**
 * A whole second may be what a cluster tells of any moment within it: where the acceptance is one of them, it is the end,
 * and not a moment before that may belong to the minute before.
 */
function firstEnd(told: Date | null, accepted: Date | null): Date | null {
  if (told === null || accepted === null) return told ?? accepted;
  const lead = accepted.getTime() - told.getTime();
  const isWithin = lead < SECOND && told.getTime() % SECOND === 0;
  return lead <= 0 || isWithin ? accepted : told;
}

const dateOf = (moment: string | null): Date | null => (moment === null ? null : new Date(moment));

/** The ends that are still needed: of generations that the cluster may yet report, and of the one that ran last. */
export function endsToKeep(
  ends: Record<string, GenerationEnd>,
  observed: { generation: number; intervals: ReadyInterval[] } | null,
  { generation, runningGeneration }: { generation: number; runningGeneration: number | null },
): Record<string, GenerationEnd> {
  const reported = new Set(observed?.intervals.map((it) => it.generation));
  // A replica that takes over may tell of it again, as it had it told.
  if (runningGeneration !== null) reported.add(runningGeneration);
  const from = observed?.generation ?? generation;
  return Object.fromEntries(
    Object.entries(ends).filter(([of]) => Number(of) >= from || reported.has(Number(of))),
  );
}
