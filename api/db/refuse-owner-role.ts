import type { Database } from "./database.ts";

interface Rights {
  role: string;
  migrated: boolean;
  strong: boolean;
}

/**
 * Refuses to run as a role that could alter the schema or rewrite the ledger, and on a schema that nobody has migrated.
 */
export async function refuseOwnerRole({ pool }: Database): Promise<void> {
  const { rows } = await pool.query<Rights>(`
    select current_user as role, to_regclass('public.ledger_postings') is not null as migrated,
      (select rolsuper from pg_roles where rolname = current_user)
        or has_schema_privilege('public', 'create') as strong`);
  const { role, migrated, strong } = rows[0]!;
  if (!migrated) {
    throw new Error(
      "The database has no schema yet. Set DATABASE_ADMIN_URL to the role that owns it, to migrate at start.",
    );
  }
  if (strong) {
    throw new Error(
      `DATABASE_URL signs in as "${role}", which may alter the schema. Give the application a role of its own, and the owner in DATABASE_ADMIN_URL.`,
    );
  }
}
