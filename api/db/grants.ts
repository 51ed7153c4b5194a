import pg from "pg";

/** Tables that are only ever added to (WAL-6, AUD-2). */
const APPEND_ONLY = [
  "audit_events",
  "policy_sets",
  "ledger_entries",
  "ledger_postings",
  "run_shares",
  "currency_fixings",
];

/**
 * The rights of the application role, restated at every migration: it reads and writes rows, and neither alters the
 * schema nor touches what is append-only. Rights on partitions follow from their parent.
 */
export function applicationGrants(role: string): string {
  const name = pg.escapeIdentifier(role);
  const statements = [
    `revoke create on schema public from public, ${name}`,
    `grant usage on schema public, simulator to ${name}`,
    `grant select, insert, update, delete on all tables in schema public, simulator to ${name}`,
    `grant usage, select on all sequences in schema public, simulator to ${name}`,
    `grant execute on all functions in schema public, simulator to ${name}`,
    `revoke truncate, references, trigger on all tables in schema public, simulator from ${name}`,
    ...APPEND_ONLY.map((table) => `revoke update, delete, truncate on ${table} from ${name}`),
  ];
  return statements.join(";\n");
}
