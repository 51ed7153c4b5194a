import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { inject } from "vitest";
import { openDatabase, type Database } from "../../api/db/database.ts";

export interface TestDatabase {
  /** Opened as the application role, as in production. */
  readonly database: Database;
  readonly url: string;
  readonly adminUrl: string;
  /** Runs one statement as the owner role, for what the application may not do. */
  asOwner(sql: string, values?: unknown[]): Promise<pg.QueryResult>;
  drop(): Promise<void>;
}

/** A database of its own, cloned from the migrated template. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { adminUrl, applicationUrl, template } = inject("postgres");
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  await runOn(adminUrl, `create database ${name} template ${template} strategy file_copy`);
  const url = withDatabase(applicationUrl, name);
  const ownerUrl = withDatabase(adminUrl, name);
  const database = openDatabase(url);
  return {
    database,
    url,
    adminUrl: ownerUrl,
    asOwner: (sql, values) => runOn(ownerUrl, sql, values),
    async drop() {
      await database.close();
      await dropDatabase(adminUrl, name);
    },
  };
}

async function dropDatabase(adminUrl: string, name: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await runOn(adminUrl, `drop database if exists ${name} with (force)`);
      return;
    } catch (error) {
      // An autovacuum worker in it is not ours to end; it is soon done.
      if (!/terminate process/.test(String(error)) || attempt === 50) throw error;
      await sleep(100);
    }
  }
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

async function runOn(url: string, sql: string, values?: unknown[]): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(sql, values);
  } finally {
    await client.end();
  }
}
