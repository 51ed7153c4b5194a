import { drizzle, type NodePgDatabase } from "drizzle-orm/node-postgres";
import type pg from "pg";
import type { Database } from "./database.ts";
import { inTransaction, type Send } from "./transaction.ts";

/** One transaction, its tenant, and the site time it began at (read once; all of its facts carry it). */
export interface Tx {
  readonly db: NodePgDatabase;
  readonly client: pg.PoolClient;
  readonly send: Send;
  /** Site time in milliseconds precision. */
  readonly now: Date;
}

export interface TenantTx extends Tx {
  readonly organizationId: string;
}

/** Runs `work` in a transaction of one Organization. The only way to write tenant data on behalf of a request. */
export function withTenant<T>(
  database: Database,
  organizationId: string,
  work: (tx: TenantTx) => Promise<T>,
): Promise<T> {
  return inTransactionOf(database, (tx) => work({ ...tx, organizationId }));
}

/** Runs `work` in a transaction that may touch every Organization: the worker, the tick, the operator, sign-in. */
export function withSystem<T>(database: Database, work: (tx: Tx) => Promise<T>): Promise<T> {
  return inTransactionOf(database, work);
}

// One round trip: a simple query may hold several statements.
const BEGIN = "begin; select site_now() as now";

/** One transaction; `withTenant` and `withSystem` say on whose behalf. */
export function inTransactionOf<T>(database: Database, work: (tx: Tx) => Promise<T>): Promise<T> {
  return inTransaction(database.pool, BEGIN, (client, [, clock], send) => {
    const { now } = (clock as pg.QueryResult<{ now: Date }>).rows[0]!;
    return work({ db: drizzle(client), client, send, now });
  });
}
