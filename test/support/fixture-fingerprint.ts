import type { TestDatabase } from "./database.ts";
import type { TestSite } from "./site.ts";

// What a refusal may leave behind: the event of it, and what that was decided under.
const IGNORED = ["audit_events", "policy_sets", "__drizzle_migrations"];

/**
 * Of every table the number of rows and the newest transaction that wrote one: the same twice means that nothing was
 * changed in between.
 */
export async function fingerprint({ testDatabase }: TestSite): Promise<string> {
  const { rows } = await testDatabase.database.pool.query<{ facts: string }>({
    name: "fingerprint",
    text: await statementFor(testDatabase),
  });
  return rows[0]!.facts;
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
  const facts = tables.map(({ name }) => {
    // A refused caller's token was used all the same.
    const newest =
      name === "api_tokens" ? "max(revoked_at)::text" : "max(xmin::text::bigint)::text";
    return `select concat_ws(' ', '${name}', count(*), ${newest}) as fact from ${name}`;
  });
  return `select string_agg(fact, E'\\n') as facts from (${facts.join(" union all ")}) as tables`;
}
