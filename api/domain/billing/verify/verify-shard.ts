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

/** Organizations that are looked at in one snapshot, and the differences of each kind that are told of them. */
const CHUNK = 100;
const MOST = 50;

/**
 * Recomputes the books of a shard from its usage runs and compares them with entries, postings, Wallets, credit and Quota
 * counters (WAL-6, BIL-2). Some Organizations at a time, each time in a snapshot: ticks go on meanwhile. Throws the
 * signal's reason when it is told to end.
 */
export async function verifyShard(
  database: Database,
  shard: number,
  signal?: AbortSignal,
): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (let after = FIRST; ;) {
    signal?.throwIfAborted();
    const chunk = await withSnapshot(database, (client) => verifyNext(client, shard, after));
    differences.push(...chunk.differences);
    if (chunk.last === null) return differences;
    after = chunk.last;
  }
}

const FIRST = "00000000-0000-0000-0000-000000000000";

async function verifyNext(
  client: pg.PoolClient,
  shard: number,
  after: string,
): Promise<{ differences: Difference[]; last: string | null }> {
  const { rows } = await client.query<{ id: string; cursor: number }>(
    `select organization_id as id, cursor_minute as cursor from wallets join shard_cursors using (shard)
     where shard = $1 and organization_id > $2 order by organization_id limit $3`,
    [shard, after, CHUNK],
  );
  const last = rows.at(-1);
  if (last === undefined) return { differences: [], last: null };
  const organizations = rows.map(({ id }) => id);
  return { differences: await compare(client, organizations, last.cursor), last: last.id };
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
