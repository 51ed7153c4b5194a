import { fileURLToPath } from "node:url";
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate as runMigrations } from "drizzle-orm/node-postgres/migrator";
import pg from "pg";
import { applicationGrants } from "./grants.ts";

const folder = fileURLToPath(new URL("./migrations", import.meta.url));

// Drizzle's migrator takes no lock: two replicas that start at once would both migrate.
const MIGRATION_LOCK = 7_021_995;

/**
 * Brings the schema up to date as the owner role and gives the application role its rights. Safe to run from several
 * replicas at once; the second waits, and finds nothing left to do.
 */
export async function migrate(adminUrl: string, applicationRole: string): Promise<void> {
  const client = new pg.Client({
    connectionString: adminUrl,
    application_name: "aifactory migrate",
  });
  // The statement at work tells of a lost connection; the event beside it would end the process.
  client.on("error", () => {});
  await client.connect();
  try {
    await client.query("select pg_advisory_lock($1)", [MIGRATION_LOCK]);
    await runMigrations(drizzle(client), { migrationsFolder: folder });
    await client.query(applicationGrants(applicationRole));
  } finally {
    await client.end();
  }
}

/** The role that a connection URL signs in as. */
export function roleOf(url: string): string {
  return decodeURIComponent(new URL(url).username);
}
