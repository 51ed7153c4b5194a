import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { startEmbeddedPostgres } from "../../api/db/embedded/start.ts";
import { migrate } from "../../api/db/migrate.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** One PostgreSQL server for the whole run; every test file clones its own database from the template. */
    postgres: { adminUrl: string; applicationUrl: string; template: string };
  }
}

const TEMPLATE = "aifactory_template";

/** Starts the suite's PostgreSQL (never a mock) and prepares the migrated template database. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "aifactory-test-"));
  const server = await startEmbeddedPostgres({
    dataDir: folder,
    durability: "test",
    log: () => {},
  });
  const admin = new pg.Client({ connectionString: server.adminUrl });
  await admin.connect();
  await admin.query(`create database ${TEMPLATE}`);
  await admin.end();
  const url = new URL(server.adminUrl);
  url.pathname = `/${TEMPLATE}`;
  await migrate(url.href, decodeURIComponent(new URL(server.applicationUrl).username));
  project.provide("postgres", {
    adminUrl: server.adminUrl,
    applicationUrl: server.applicationUrl,
    template: TEMPLATE,
  });
  return async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
}
