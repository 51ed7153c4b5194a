import pg from "pg";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createClient, isCode } from "@aifactory/sdk";
import {
  embeddedPostgres,
  killPostgres,
  newDataDir,
  readLocal,
  startServer,
  type ReadyServer,
} from "../../support/server.ts";

let folder: ReturnType<typeof newDataDir>;
let server: ReadyServer;
beforeEach(async () => {
  folder = newDataDir();
  server = await startServer({ AIFACTORY_DATA_DIR: folder.path });
});
afterEach(async () => {
  await server.end("SIGKILL");
  await folder.remove();
});

/** Asks for Workspaces while nobody may read them; answers once the question waits in PostgreSQL. */
async function askInVain(ask: () => Promise<unknown>): Promise<{ answer: Promise<unknown> }> {
  const { adminUrl } = embeddedPostgres(folder.path)!;
  const admin = new pg.Client({ connectionString: adminUrl });
  // It is cut off with everybody else.
  admin.on("error", () => {});
  await admin.connect();
  await admin.query("begin; lock table workspaces");
  const answer = ask().catch((error: unknown) => error);
  const waits = async () => {
    const { rowCount } = await admin.query("select from pg_locks where not granted");
    expect(rowCount).toBe(1);
  };
  await vi.waitFor(waits, { timeout: 10_000 });
  return { answer };
}

test("a PostgreSQL killed under the server is an outage that passes: 503, a sentence, an end with 1, and a start that recovers", async () => {
  const { organizationId, ownerToken } = readLocal(folder.path);
  const path = { organizationId };
  const before = createClient({ url: server.url, token: ownerToken, retries: 0 });
  const made = await before.createWorkspace({ path, body: { name: "kept" } });

  const asked = await askInVain(() => before.listWorkspaces({ path }));
  await killPostgres(folder.path);
  const refused = await asked.answer;
  expect(isCode(refused, "unavailable") && refused.status).toBe(503);
  expect(await server.exited).toEqual({ code: 1, signal: null });
  expect(server.output()).toContain("PostgreSQL has ended by itself");
  expect(embeddedPostgres(folder.path)).toBeNull();

  server = await startServer({ AIFACTORY_DATA_DIR: folder.path });
  const after = createClient({ url: server.url, token: ownerToken });
  const { items } = await after.listWorkspaces({ path });
  expect(items.map(({ id }) => id)).toEqual([made.id]);
});
