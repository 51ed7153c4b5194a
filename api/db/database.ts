import { drizzle, type NodePgDatabase } from "drizzle-orm/node-postgres";
import pg from "pg";

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

/** Opens a pool on `url`; no connection is made before the first statement. */
export function openDatabase(
  url: string,
  options: { max?: number; applicationName?: string } = {},
): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 10,
    application_name: options.applicationName ?? "aifactory",
    types,
  });
  // A connection lost while idle is replaced by the next statement; without a listener it would end the process.
  pool.on("error", () => {});
  return { pool, read: drizzle(pool), close: () => pool.end() };
}
