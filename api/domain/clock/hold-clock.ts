import type { Database } from "#db/database.ts";

// 7_021_996 and 7_021_997 are the ledger's (migration `ledger`): a tick takes them while the clock is held.
const CLOCK_LOCK = 7_021_998;

export interface Clock {
  now(): Promise<Date>;
  /** Never backwards: an earlier moment changes nothing. Answers site time after it. */
  moveTo(moment: Date): Promise<Date>;
}

/** The last that was begun or waits, of this process. */
const turns = new WeakMap<Database, Promise<unknown>>();

/**
 * Runs `work` while nobody else moves the clock, on any replica. The lock is a transaction's, so it also holds behind a
 * connection pooler; the moves themselves commit one by one, for all to see. In one process they wait before they have a
 * connection: the one at work needs others of the same pool.
 */
export function holdClock<T>(database: Database, work: (clock: Clock) => Promise<T>): Promise<T> {
  const before = turns.get(database) ?? Promise.resolve();
  const turn = before.then(() => lockClock(database, work));
  turns.set(
    database,
    turn.catch(() => {}),
  );
  return turn;
}

async function lockClock<T>(database: Database, work: (clock: Clock) => Promise<T>): Promise<T> {
  const holder = await database.pool.connect();
  let broken: Error | undefined;
  try {
    await holder.query("begin");
    await holder.query("select pg_advisory_xact_lock($1)", [CLOCK_LOCK]);
    return await work({
      async now() {
        const { rows } = await database.pool.query<{ now: Date }>("select site_now() as now");
        return rows[0]!.now;
      },
      async moveTo(moment) {
        const { rows } = await database.pool.query<{ now: Date }>(
          `update site_clock set offset_ms = greatest(offset_ms,
             ceil(extract(epoch from $1::timestamptz - clock_timestamp()) * 1000)::bigint)
           returning clock_timestamp() + make_interval(secs => offset_ms / 1000.0) as now`,
          [moment],
        );
        return rows[0]!.now;
      },
    });
  } finally {
    await holder.query("rollback").catch((error: Error) => (broken = error));
    holder.release(broken);
  }
}
