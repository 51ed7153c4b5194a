import type { Database } from "#db/database.ts";

/** Site time. */
export async function readClock(database: Database): Promise<Date> {
  const { rows } = await database.pool.query<{ now: Date }>("select site_now() as now");
  return rows[0]!.now;
}
