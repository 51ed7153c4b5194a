import type pg from "pg";

// Said of every statement after one that failed.
const IN_FAILED_TRANSACTION = "25P02";
// Said by a standby, such as the primary of before: on that connection nothing will ever be written.
const READ_ONLY = "25006";

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
  const note = (cause: { code?: string }) => {
    if (cause.code !== IN_FAILED_TRANSACTION) failed ??= cause;
  };
  const send = (statement: pg.QueryConfig) => void sent.push(client.query(statement).catch(note));
  try {
    const begun: pg.QueryResult | pg.QueryResult[] = await client.query(begin);
    const result = await work(client, [begun].flat(), send);
    const [{ command }] = await Promise.all([client.query("commit"), ...sent]);
    // After a failed statement a commit rolls back, and succeeds.
    if (failed !== undefined || command !== "COMMIT")
      throw failed ?? new Error("a statement of the transaction had failed");
    return result;
  } catch (error) {
    await client.query("rollback").catch((cause: Error) => (broken = cause));
    // What failed without being waited for came first: whatever came after it failed for its sake.
    const first = failed ?? error;
    if (isReadOnly(first)) broken = first;
    throw first;
  } finally {
    client.release(broken);
  }
}

// The query builder wraps what the server said.
function isReadOnly(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  return (error as { code?: unknown }).code === READ_ONLY || isReadOnly(error.cause);
}
