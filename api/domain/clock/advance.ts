import { minuteOf } from "#domain/billing/units/minute.ts";
import type { Database } from "#db/database.ts";
import { tickAll } from "#domain/billing/tick/tick-all.ts";
import { DomainError } from "#domain/errors.ts";
import type { Site } from "#domain/site.ts";
import { isClockDriven } from "#ports/cluster.ts";
import { holdClock } from "./hold-clock.ts";
import { nextMoment } from "./next-moment.ts";

export interface Advance {
  site: Pick<Site, "database" | "clusters" | "simulated">;
  /** Runs everything that is due, what clusters do included. */
  worker: { runUntilQuiet(): Promise<void> };
  seconds: number;
}

/**
 * Moves site time forward by at least so many seconds (1 … 604,800), step by step to the earlier of the next due moment
 * and the next minute; at each step everything due runs, in order, and minutes are charged. Answers when all is quiet.
 * Throws `clock_not_movable` elsewhere than on a simulated site (ID-5).
 */
export async function advanceClock({ site, worker, seconds }: Advance): Promise<Date> {
  if (!site.simulated) {
    throw new DomainError("clock_not_movable", "Only the clock of a simulated site can be moved.");
  }
  const clusters = [...site.clusters.values()].filter(isClockDriven);
  return holdClock(site.database, async (clock) => {
    let now = await clock.now();
    const target = new Date(now.getTime() + seconds * 1000);
    await runDue(site.database, worker);
    while (now < target) {
      const moments = await Promise.all(clusters.map((cluster) => cluster.nextDueAt()));
      const next = await nextMoment(site.database, { now, target, moments });
      const minute = minuteOf(now);
      now = await clock.moveTo(next);
      if (minuteOf(now) > minute) await runDue(site.database, worker);
      else await worker.runUntilQuiet();
    }
    // What the last step itself took is time too.
    return clock.now();
  });
}

// Before a minute is charged, what was due in it has happened; what its charge asks for, such as a stop for debt, happens
// before time goes on.
async function runDue(database: Database, worker: Advance["worker"]): Promise<void> {
  await worker.runUntilQuiet();
  await tickAll(database);
  await worker.runUntilQuiet();
}
