import { randomUUID } from "node:crypto";
import { closeSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import type { Credentials } from "./credentials.ts";
import type { EmbeddedFolder } from "./folder.ts";
import { superuserUrl } from "./urls.ts";

/** `serves`: the server of this very folder. `other`: a server of another one. `silent`: not ready to answer. */
export type Probe = "serves" | "other" | "silent";

/** Asks the server on `port` whether it sees a file just laid into the cluster: a copied folder's does not. */
export async function probeServer(
  folder: EmbeddedFolder,
  credentials: Credentials,
  port: number,
): Promise<Probe> {
  const name = `probe-${randomUUID()}`;
  const path = join(folder.data, name);
  closeSync(openSync(path, "wx", 0o600));
  const client = new pg.Client({
    connectionString: superuserUrl(credentials, port),
    connectionTimeoutMillis: 5000,
    query_timeout: 5000,
  });
  // A server on its way down ends the connection at any moment; the query below reports it.
  client.on("error", () => {});
  try {
    await client.connect();
    const sql = "SELECT (pg_stat_file($1, true)).modification IS NOT NULL AS seen";
    const { rows } = await client.query<{ seen: boolean }>(sql, [name]);
    return rows[0]?.seen ? "serves" : "other";
  } catch (error) {
    return NOT_OUR_PASSWORD.has((error as { code?: string }).code ?? "") ? "other" : "silent";
  } finally {
    await client.end().catch(() => {});
    rmSync(path, { force: true });
  }
}

const NOT_OUR_PASSWORD = new Set(["28P01", "28000"]);
