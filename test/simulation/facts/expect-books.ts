import { expect } from "vitest";
import { openDatabase } from "../../../api/db/database.ts";
import { verifyLedger } from "../../../api/domain/billing/verify/verify-ledger.ts";
import {
  expectBalanced,
  expectChargesAsRuns,
  expectMinutesChargedOnce,
  expectRunsAsTruth,
  readBooks,
} from "../../e2e/crash/books.ts";
import { expectedRuns } from "../../e2e/crash/expected-runs.ts";
import { queryAsOwner } from "../../e2e/crash/witness.ts";
import type { World } from "../site/world.ts";
import { expectDebtsRight } from "./expect-debts.ts";
import { splitAtPrices } from "./prices.ts";
import { readWalk, walk } from "./walk.ts";

const OWNERS =
  "select id, organization_id from resources union all select id, organization_id from volumes";

/**
 * The books of a site on which nothing lives any more, recomputed from what the cluster said and what was accepted, minute
 * by minute; then verified as the product does it itself.
 */
export async function expectBooksRight(
  adminUrl: string,
  world: World,
): Promise<{ runs: number; entries: number; corrections: number }> {
  expect(await queryAsOwner(adminUrl, "select * from witness.violations order by number")).toEqual(
    [],
  );
  expect(await queryAsOwner(adminUrl, "select * from witness.clock where after < before")).toEqual(
    [],
  );
  const owners = await queryAsOwner<{ id: string; organization_id: string }>(adminUrl, OWNERS);
  const ownerOf = new Map(owners.map((row) => [row.id, row.organization_id]));
  const expected = (await expectedRuns(adminUrl)).flatMap((run) =>
    splitAtPrices(run, world.prices),
  );
  const told = { runs: expected.length, entries: 0, corrections: 0 };
  for (const { key } of world.tenants) {
    const books = await readBooks(adminUrl, key);
    expectRunsAsTruth(
      books,
      expected.filter((run) => ownerOf.get(run.subject) === key),
    );
    expectMinutesChargedOnce(books);
    expectChargesAsRuns(books);
    expectBalanced(books);
    const { posted, owed } = walk(await readWalk(adminUrl, key));
    expect(posted, "who paid, entry by entry").toEqual(owed);
    await expectDebtsRight(adminUrl, key);
    told.entries += books.entries.length;
    told.corrections += books.windows.length;
  }
  const database = openDatabase(adminUrl);
  try {
    const differences: unknown[] = [];
    await verifyLedger(database, (difference) => differences.push(difference));
    expect(differences, "verifyLedger").toEqual([]);
  } finally {
    await database.close();
  }
  return told;
}
