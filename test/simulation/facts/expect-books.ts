import { expect } from "vitest";
import { openDatabase } from "../../../api/db/database.ts";
import { verifyLedger } from "../../../api/domain/billing/verify/verify-ledger.ts";
import {
  expectBalanced,
  expectChargesAsRuns,
  expectCountersAsRuns,
  expectMinutesChargedOnce,
  expectRunsAsTruth,
  readBooks,
} from "../../e2e/crash/books.ts";
import { expectedRuns } from "../../e2e/crash/expected-runs.ts";
import { queryAsOwner } from "../../e2e/crash/witness.ts";
import type { World } from "../site/world.ts";
import { expectDebtsRight } from "./expect-debts.ts";
import { expectFixing } from "./expect-fixing.ts";
import { knownAtFixing, pricedRuns } from "./priced-runs.ts";
import { readWalk } from "./read-walk.ts";
import { walk } from "./walk.ts";

const OWNERS =
  "select id, organization_id from resources union all select id, organization_id from volumes";

/**
 * The books of a site on which nothing lives any more, recomputed from what the cluster said and what was accepted, minute
 * by minute; then verified as the product does it itself.
 */
export async function expectBooksRight(
  adminUrl: string,
  world: World,
): Promise<Record<string, number>> {
  expect(await queryAsOwner(adminUrl, "select * from witness.violations order by number")).toEqual(
    [],
  );
  expect(await queryAsOwner(adminUrl, "select * from witness.clock where after < before")).toEqual(
    [],
  );
  const owners = await queryAsOwner<{ id: string; organization_id: string }>(adminUrl, OWNERS);
  const ownerOf = new Map(owners.map((row) => [row.id, row.organization_id]));
  const { prices, rates } = world;
  const isKnown = await knownAtFixing(adminUrl);
  const expected = Map.groupBy(await expectedRuns(adminUrl), ({ subject }) => ownerOf.get(subject));
  for (const { key } of world.tenants) {
    const books = await readBooks(adminUrl, key);
    const fixing = await expectFixing(adminUrl, key, rates);
    const runs = (expected.get(key) ?? []).flatMap((run) =>
      pricedRuns(run, prices, { fixing, known: isKnown(run) }),
    );
    expectRunsAsTruth(books, runs);
    expectMinutesChargedOnce(books);
    // Corrections after a fixing are in the other currency; the walk has their sums.
    if (fixing === null) expectChargesAsRuns(books);
    expectCountersAsRuns(books);
    expectBalanced(books);
    const { posted, owed } = walk(await readWalk(adminUrl, key, { fixing, rates }));
    expect(posted, "who paid, entry by entry").toEqual(owed);
    await expectDebtsRight(adminUrl, key);
  }
  const database = openDatabase(adminUrl);
  try {
    const differences: unknown[] = [];
    await verifyLedger(database, (difference) => differences.push(difference));
    expect(differences, "verifyLedger").toEqual([]);
  } finally {
    await database.close();
  }
  return whatHappened(adminUrl);
}

async function whatHappened(adminUrl: string): Promise<Record<string, number>> {
  const rows = await queryAsOwner<{ what: string; times: number }>(
    adminUrl,
    `select kind as what, count(*)::int as times from ledger_entries group by 1
     union all select kind, count(*)::int from notices group by 1
     union all select 'fixed in ' || to_currency, count(*)::int from currency_fixings group by 1
     union all select 'late windows', count(*)::int from late_windows
     union all select 'runs', count(*)::int from usage_runs`,
  );
  return Object.fromEntries(rows.map(({ what, times }) => [what, times]));
}
