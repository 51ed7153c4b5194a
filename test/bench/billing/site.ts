import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { openDatabase, type Database } from "#db/database.ts";
import { startEmbeddedPostgres } from "#db/embedded/start.ts";
import { migrate, roleOf } from "#db/migrate.ts";

/** A database of its own, with the settings of the product: every commit is on disk. */
export interface BenchSite extends AsyncDisposable {
  readonly url: string;
  /** As the application. */
  readonly database: Database;
  /** As the owner of the schema. */
  readonly owner: pg.Client;
}

/** Starts it in a folder of its own, which goes with it. */
export async function startBenchSite(): Promise<BenchSite> {
  await using stack = new AsyncDisposableStack();
  const dataDir = mkdtempSync(join(tmpdir(), "aifactory-bench-"));
  stack.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  const server = await startEmbeddedPostgres({ dataDir, log: () => {} });
  stack.defer(() => server.stop());
  await migrate(server.adminUrl, roleOf(server.applicationUrl));
  const owner = new pg.Client({ connectionString: server.adminUrl });
  await owner.connect();
  stack.defer(() => owner.end());
  const database = openDatabase(server.applicationUrl);
  stack.defer(() => database.close());
  const held = stack.move();
  return {
    url: server.applicationUrl,
    database,
    owner,
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}
