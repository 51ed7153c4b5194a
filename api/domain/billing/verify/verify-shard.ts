import type pg from "pg";
import type { Database } from "#db/database.ts";
import { withSnapshot } from "#db/snapshot.ts";
import { CHARGE_CHECKS, CHARGES_OF_DAYS, ENTRY_OF_CHARGES } from "./check-charges.ts";
import { CORRECTION_CHECKS } from "./check-corrections.ts";
import { ENTRY_CHECKS } from "./check-entries.ts";
import { RUN_CHECKS } from "./check-runs.ts";
import { WALLET_CHECKS } from "./check-wallets.ts";
import type { Check } from "./check.ts";

/** Something in the books that is not what it must be. Amounts in micro-units. */
export interface Difference {
  /** What was compared, for example `Wallet`. */
  check: string;
  organizationId: string;
  /** The entry, credit, run, Workspace and day. */
  place: string;
  expected: string;
  found: string;
}

const CHECKS: readonly Check[] = [
  ...ENTRY_CHECKS,
  ...WALLET_CHECKS,
  ...CHARGE_CHECKS,
  ...CORRECTION_CHECKS,
  ...RUN_CHECKS,
];

/** Organizations that one statement looks at, and the differences that it tells. */
const CHUNK = 200;
const MOST = 50;

/**
 * Recomputes the books of a shard from its usage runs and compares them with entries, postings, Wallets, credit and Quota
 * counters (WAL-6, BIL-2). One snapshot for all of it, so ticks go on meanwhile; some Organizations at a time.
 */
export async function verifyShard(database: Database, shard: number): Promise<Difference[]> {
  return withSnapshot(database, async (client) => {
    const { rows } = await client.query<{ id: string; cursor: number }>(
      `select organization_id as id, cursor_minute as cursor from wallets join shard_cursors using (shard)
       where shard = $1 order by organization_id`,
      [shard],
    );
    const differences: Difference[] = [];
    for (let at = 0; at < rows.length; at += CHUNK) {
      const organizations = rows.slice(at, at + CHUNK).map((row) => row.id);
      differences.push(...(await compare(client, organizations, rows[0]!.cursor)));
    }
    return differences;
  });
}

async function compare(
  client: pg.PoolClient,
  organizations: string[],
  cursor: number,
): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (const check of CHECKS)
    differences.push(...(await ask(client, check, organizations, cursor)));
  const differing = differences.filter(({ check }) => check === CHARGES_OF_DAYS);
  const suspects = [...new Set(differing.map(({ organizationId }) => organizationId))];
  if (suspects.length > 0)
    differences.push(...(await ask(client, ENTRY_OF_CHARGES, suspects, cursor)));
  return differences;
}

// Every check is given the cursor; those that do not ask for it must not leave its type unknown.
async function ask(
  client: pg.PoolClient,
  { name, sql }: Check,
  organizations: string[],
  cursor: number,
): Promise<Difference[]> {
  const { rows } = await client.query<{
    organization_id: string;
    place: string;
    expected: string;
    found: string;
  }>(`select * from (${sql}) found where $2::integer is not null`, [organizations, cursor, MOST]);
  return rows.map(({ organization_id: organizationId, place, expected, found }) => ({
    check: name,
    organizationId,
    place,
    expected,
    found,
  }));
}
