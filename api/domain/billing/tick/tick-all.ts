import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "#db/database.ts";
import { advanceIdleShards, tick } from "./tick.ts";

const PAUSE_MS = 10;

/**
 * Ticks until every minute that is over when it returns has been charged, by this replica or another: for moving the
 * clock, and for tests.
 */
export async function tickAll(database: Database): Promise<void> {
  for (;;) {
    const behind = await advanceIdleShards(database);
    if (behind.length === 0) return;
    let moved = 0;
    for (const shard of behind) moved += (await tick(database, { shard })).length;
    if (moved === behind.length) return;
    // Another replica holds what is left; it commits soon, or its lock goes with its connection.
    await sleep(PAUSE_MS);
  }
}
