import type pg from "pg";

/**
 * Runs `work` between a beginning and its commit, on a connection of its own; what throws is rolled back. `begin` may
 * hold several statements, so that a first read costs no further round trip; `work` gets their results.
 */
export async function inTransaction<T>(
  pool: pg.Pool,
  begin: string,
  work: (client: pg.PoolClient, begun: pg.QueryResult[]) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    const begun: pg.QueryResult | pg.QueryResult[] = await client.query(begin);
    const result = await work(client, [begun].flat());
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback").catch((cause: Error) => (broken = cause));
    throw error;
  } finally {
    client.release(broken);
  }
}
