import type pg from "pg";
import type { Database } from "./database.ts";
import { inTransaction } from "./transaction.ts";

const BEGIN = "begin transaction isolation level repeatable read, read only";

/** Reads of one moment, for as long as it takes; what others commit meanwhile is not seen. */
export function withSnapshot<T>(
  database: Database,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  return inTransaction(database.pool, BEGIN, work);
}
