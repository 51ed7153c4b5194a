import { startEmbeddedPostgres } from "#db/embedded/start.ts";
import { openDatabase, type Database } from "#db/database.ts";
import { migrate, roleOf } from "#db/migrate.ts";
import { refuseOwnerRole } from "#db/refuse-owner-role.ts";
import type { Config } from "./config.ts";

export interface OpenedDatabase {
  database: Database;
  /** As the application role. */
  url: string;
  /** True: no other replica can be at work on it. */
  exclusive: boolean;
  /** Resolves when the embedded server has ended by itself. An external one may go and come back. */
  failed: Promise<void>;
  /** Closes the pool; ends the embedded server too. Callers drain first. */
  close(): Promise<void>;
}

/** Connects to the configured PostgreSQL, or starts the embedded one; migrates where it has the owner's URL. */
export async function openSiteDatabase(
  config: Pick<Config, "database" | "dataDir">,
  log: (line: string) => void,
): Promise<OpenedDatabase> {
  const server =
    config.database === null ? await startEmbeddedPostgres({ dataDir: config.dataDir, log }) : null;
  const url = config.database?.url ?? server!.applicationUrl;
  const adminUrl = config.database === null ? server!.adminUrl : config.database.adminUrl;
  const database = openDatabase(url, { max: 20 });
  try {
    if (adminUrl !== null) await migrate(adminUrl, roleOf(url));
    await refuseOwnerRole(database);
    return {
      database,
      url,
      exclusive: server !== null,
      failed: server?.failed ?? new Promise(() => {}),
      async close() {
        await database.close();
        await server?.stop();
      },
    };
  } catch (error) {
    await database.close();
    await server?.stop();
    throw error;
  }
}
