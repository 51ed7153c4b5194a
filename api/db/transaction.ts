import type pg from "pg";

/** Sends a statement of a transaction that nobody waits for: where it fails, so does the transaction, by its error. */
export type Send = (statement: pg.QueryConfig) => void;

/**
 * Runs `work` between a beginning and its commit, on a connection of its own; what throws is rolled back. `begin` may
 * hold several statements, so that a first read costs no further round trip; `work` gets their results.
 */
export async function inTransaction<T>(
  pool: pg.Pool,
  begin: string,
  work: (client: pg.PoolClient, begun: pg.QueryResult[], send: Send) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  let failed: unknown;
  const sent: Promise<unknown>[] = [];
  const send = (statement: pg.QueryConfig) => {
    sent.push(client.query(statement).catch((cause: unknown) => (failed ??= cause)));
  };
  try {
    const begun: pg.QueryResult | pg.QueryResult[] = await client.query(begin);
    const result = await work(client, [begun].flat(), send);
    // After a failed statement this rolls back, and says nothing.
    await Promise.all([client.query("commit"), ...sent]);
    if (failed !== undefined) throw failed;
    return result;
  } catch (error) {
    await client.query("rollback").catch((cause: Error) => (broken = cause));
    // Whatever came after it failed for its sake.
    throw failed ?? error;
  } finally {
    client.release(broken);
  }
}
