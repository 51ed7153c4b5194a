import type { TestDatabase } from "./database.ts";
import type { TestSite } from "./site.ts";

// What a refusal may leave behind: the event of it, and when a token was last used.
const IGNORED = ["audit_events", "__drizzle_migrations"];

/** A digest of every row of every table: the same twice means that nothing was changed in between. */
export async function fingerprint({ testDatabase }: TestSite): Promise<string> {
  const { rows } = await testDatabase.database.pool.query<{ digest: string }>(
    await statementFor(testDatabase),
  );
  return rows[0]!.digest;
}

const statements = new WeakMap<TestDatabase, Promise<string>>();

function statementFor(testDatabase: TestDatabase): Promise<string> {
  const known = statements.get(testDatabase) ?? writeStatement(testDatabase);
  statements.set(testDatabase, known);
  return known;
}

async function writeStatement({ database: { pool } }: TestDatabase): Promise<string> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname in ('public', 'simulator') and c.relkind in ('r', 'p') and not c.relispartition
       and not c.relname = any($1) and has_table_privilege(c.oid, 'select') order by 1`,
    [IGNORED],
  );
  const digests = tables.map(
    ({ name }) =>
      `select '${name}: ' || count(*) || ' ' || coalesce(md5(string_agg(row, '' order by row)), '')
       from (select (to_jsonb(t) - 'last_used_at')::text as row from ${name} t) rows`,
  );
  return `select string_agg(digest, E'\\n') as digest from (${digests.join(" union all ")}) as all_tables (digest)`;
}
