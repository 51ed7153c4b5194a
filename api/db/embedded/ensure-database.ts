import pg from "pg";
import type { Credentials } from "./credentials.ts";
import { APPLICATION_ROLE, DATABASE, OWNER_ROLE, superuserUrl } from "./urls.ts";

/**
 * Makes the two login roles and the database where they are missing; what is there stays as it is.
 * The owner may create databases (tests copy theirs from a template); the application role may only connect.
 */
export async function ensureDatabase(credentials: Credentials, port: number): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl(credentials, port) });
  await client.connect();
  try {
    await ensureRole(client, OWNER_ROLE, credentials.owner, "CREATEDB");
    await ensureRole(client, APPLICATION_ROLE, credentials.application, "NOCREATEDB");
    const { rowCount } = await client.query("SELECT FROM pg_database WHERE datname = $1", [
      DATABASE,
    ]);
    if (rowCount === 0) await createDatabase(client);
  } finally {
    await client.end();
  }
}

async function ensureRole(
  client: pg.Client,
  name: string,
  password: string,
  rights: string,
): Promise<void> {
  const { rowCount } = await client.query("SELECT FROM pg_roles WHERE rolname = $1", [name]);
  if (rowCount !== 0) return;
  await client.query(
    `CREATE ROLE ${name} LOGIN ${rights} PASSWORD ${client.escapeLiteral(password)}`,
  );
}

/** Under another name until its rights are right: these statements cannot share a transaction. */
async function createDatabase(client: pg.Client): Promise<void> {
  const unfinished = `${DATABASE}_unfinished`;
  await client.query(`DROP DATABASE IF EXISTS ${unfinished}`);
  await client.query(`CREATE DATABASE ${unfinished} OWNER ${OWNER_ROLE}`);
  await client.query(`REVOKE ALL ON DATABASE ${unfinished} FROM PUBLIC`);
  await client.query(`GRANT CONNECT ON DATABASE ${unfinished} TO ${APPLICATION_ROLE}`);
  await client.query(`ALTER DATABASE ${unfinished} RENAME TO ${DATABASE}`);
}
