import { drizzle, type NodePgDatabase } from "drizzle-orm/node-postgres";
import pg from "pg";

// A new connection signs in and plans every statement anew: kept between bursts, and closed before a NAT forgets it.
const IDLE_MS = 120_000;
const PROBE_MS = 10_000;

// Bigints arrive as bigint, never as lossy numbers or strings (WAL-5).
const types = {
  getTypeParser: (oid: number, format?: "text" | "binary") =>
    oid === pg.types.builtins.INT8
      ? (text: string) => BigInt(text)
      : pg.types.getTypeParser(oid, format as "text"),
} as pg.CustomTypesConfig;

/** Handle on the site's database: the pool, and drizzle over it for single statements. */
export interface Database {
  readonly pool: pg.Pool;
  /** Statements outside a transaction: reads only. */
  readonly read: NodePgDatabase;
  close(): Promise<void>;
}

/**
 * A lost connection fails the statements on it and is replaced; without listeners, on the pool for idle ones and on each
 * client for those between two statements of a transaction, it would end the process.
 */
export function surviveLostConnections(pool: pg.Pool): void {
  pool.on("error", () => {});
  pool.on("connect", (client) => void client.on("error", () => {}));
}

/** Opens a pool on `url`; no connection is made before the first statement. */
export function openDatabase(
  url: string,
  options: { max?: number; applicationName?: string } = {},
): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 10,
    idleTimeoutMillis: IDLE_MS,
    // A server that went without a word is noticed before somebody waits for it.
    keepAlive: true,
    keepAliveInitialDelayMillis: PROBE_MS,
    application_name: options.applicationName ?? "aifactory",
    types,
    // Statements of a transaction that do not wait for each other go out together.
    pipeline: true,
  });
  surviveLostConnections(pool);
  return { pool, read: drizzle(pool), close: () => pool.end() };
}
