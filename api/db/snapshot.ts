import type pg from "pg";
import type { Database } from "./database.ts";

/** Reads of one moment, for as long as it takes; what others commit meanwhile is not seen. */
export async function withSnapshot<T>(
  database: Database,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await database.pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("begin transaction isolation level repeatable read, read only");
    const result = await work(client);
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback").catch((cause: Error) => (broken = cause));
    throw error;
  } finally {
    client.release(broken);
  }
}
