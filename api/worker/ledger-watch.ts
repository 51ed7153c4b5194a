import type { Database } from "#db/database.ts";
import { recordDifference } from "#domain/billing/verify/record-difference.ts";
import { verifyShard, type Difference } from "#domain/billing/verify/verify-shard.ts";
import { every } from "./every.ts";
import { SHARDS } from "#domain/organizations/insert-organization.ts";

export interface LedgerWatchOptions {
  database: Database;
  /** Between two shards; all 64 are seen within an hour or so. */
  pauseMs?: number;
  /** The books differ: once for each difference, for as long as it lasts. */
  onDifference: (difference: Difference) => void;
  /** A shard was verified; `differing` counts the differences of all shards as last seen. */
  onVerified?: (differing: number) => void;
  onError: (error: unknown) => void;
}

/**
 * Verifies the books for as long as the control plane runs, one shard at a time, on machine time: moving the site's clock
 * does not make it run more often. Every replica does; they begin at different shards.
 */
export function watchLedger(options: LedgerWatchOptions): { stop(): Promise<void> } {
  const { database, pauseMs = 60_000, onDifference, onVerified = () => {}, onError } = options;
  const ending = new AbortController();
  const known = new Map<number, Set<string>>();
  let shard = Math.floor(Math.random() * SHARDS);

  const verifyNext = async () => {
    const of = shard;
    shard = (shard + 1) % SHARDS;
    const told = known.get(of) ?? new Set();
    const found = new Map(
      (await verifyShard(database, of, ending.signal)).map((difference) => [
        JSON.stringify(difference),
        difference,
      ]),
    );
    known.set(of, new Set(found.keys()));
    for (const [key, difference] of found) {
      if (told.has(key)) continue;
      onDifference(difference);
      await recordDifference(database, difference);
    }
    onVerified([...known.values()].reduce((sum, { size }) => sum + size, 0));
  };
  const loop = every(pauseMs, ending.signal, verifyNext, (error) => {
    if (!ending.signal.aborted) onError(error);
  });
  return {
    async stop() {
      ending.abort();
      await loop;
    },
  };
}
