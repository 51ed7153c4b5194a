import type { Database } from "#db/database.ts";
import { minuteStart } from "./minute.ts";

/** Site time at which a tick next has something to do: the end of the first minute that is not charged everywhere. */
export async function nextTickAt(database: Database): Promise<Date> {
  const { rows } = await database.pool.query<{ cursor: number }>(
    "select min(cursor_minute) as cursor from shard_cursors",
  );
  return minuteStart(rows[0]!.cursor + 1);
}
