import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { createClient } from "@hey-api/openapi-ts";
import { openApiDocument } from "../../api/contract/openapi.ts";
import drizzle from "../../api/drizzle.config.ts";
import clientConfig from "../../openapi-ts.config.ts";

const MIGRATIONS = "api/db/migrations";
const CLIENT = "sdk/src/generated";

/** Exits 1, naming the command to run, where committed generated files are not what their sources generate. */
process.chdir(join(import.meta.dirname, "../.."));
const scratch = mkdtempSync(join(tmpdir(), "generated-is-current-"));
try {
  const complaints = [...staleDescription(), ...(await staleClient()), ...missingMigration()];
  for (const complaint of complaints) console.error(complaint);
  process.exitCode = complaints.length === 0 ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true });
}

function staleDescription(): string[] {
  const generated = `${JSON.stringify(openApiDocument(), null, 2)}\n`;
  if (generated === readFileSync("api/openapi.json", "utf8")) return [];
  return [
    "api/openapi.json is not what api/contract describes: run `npm run generate` and commit.",
  ];
}

async function staleClient(): Promise<string[]> {
  const path = join(scratch, "client");
  await createClient({
    ...clientConfig,
    output: { ...clientConfig.output, path },
    logs: { level: "silent" },
  });
  const command = "run `npm run generate:client` and commit";
  return differences(CLIENT, path).map(
    (name) => `${CLIENT}/${name} is not what api/openapi.json generates: ${command}.`,
  );
}

/**
 * `drizzle-kit generate` on a copy. Where it would have to ask whether a column was renamed it writes nothing and exits
 * 0, so its own word that nothing changed is wanted too.
 */
function missingMigration(): string[] {
  const copy = join(scratch, "migrations");
  cpSync(MIGRATIONS, copy, { recursive: true });
  const options = [
    "--dialect",
    drizzle.dialect,
    "--schema",
    String(drizzle.schema),
    "--out",
    relative(process.cwd(), copy),
  ];
  const { status, stdout, stderr } = spawnSync("npx", ["drizzle-kit", "generate", ...options], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 120_000,
  });
  const unchanged = status === 0 && stdout.includes("No schema changes");
  if (unchanged && differences(MIGRATIONS, copy).length === 0) return [];
  const complaint =
    "api/db/schema has changes that no migration makes: run `npm run db:generate`, name the migration, and commit.";
  return [`${complaint}\n${stdout}${stderr}`];
}

/** Files that are in one folder only, or not alike in both. */
function differences(committed: string, generated: string): string[] {
  const names = new Set([...filesOf(committed), ...filesOf(generated)]);
  return [...names]
    .filter((name) => contentOf(committed, name) !== contentOf(generated, name))
    .toSorted();
}

function filesOf(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

function contentOf(folder: string, name: string): string | null {
  return filesOf(folder).includes(name) ? readFileSync(join(folder, name), "utf8") : null;
}
