import fc from "fast-check";
import { expect, test } from "vitest";
import type { Tx } from "#db/tenant.ts";
import { minuteOf, minuteStart, nextDay } from "#domain/billing/units/minute.ts";
import { CURRENCIES, type Currency } from "#domain/billing/units/money.ts";
import { movementLines } from "./movement-lines.ts";
import { nextBookedMinute } from "#domain/billing/ledger/next-booked-minute.ts";
import { EVERY_ENTRY } from "#domain/billing/ledger/run-shares.ts";
import { testDatabase } from "#domain/billing/testing/fixture.ts";
import { history, type Step } from "#domain/billing/testing/history.ts";
import { playSteps } from "#domain/billing/testing/play-steps.ts";
import { at } from "#domain/billing/testing/world.ts";
import { usageLines, type UsageLine } from "./usage-lines.ts";

const postgres = testDatabase();
const START = new Date("2026-03-30T21:40:17.250Z");
let shards = 0;

interface Line {
  currency: Currency;
  amount: bigint;
}

/** All lines, by days, and by pages that are as small as can be. */
async function linesOf(tx: Tx, organizationId: string): Promise<Line[]> {
  const common = { organizationId, lastEntry: EVERY_ENTRY, filter: {} };
  const lines: Line[] = [];
  // Late reports of a history may go back some minutes before its beginning.
  let from: number | null = minuteOf(START) - 3 * 1440;
  while (from !== null) {
    const to: number = nextDay(from);
    const range = { from: minuteStart(from), to: minuteStart(to) };
    lines.push(...(await movementLines(tx, { ...common, ...range })));
    let after: UsageLine | null = null;
    do {
      const page: UsageLine[] = await usageLines(tx, { ...common, from, to, after, limit: 2 });
      lines.push(...page.map(({ currency, amount }) => ({ currency, amount: -amount })));
      after = page.at(-1) ?? null;
    } while (after !== null);
    from = await nextBookedMinute(tx, organizationId, to);
  }
  return lines;
}

async function addUp(steps: Step[], currency: Currency): Promise<void> {
  const { database } = postgres;
  const stage = { database, shard: shards++ % 64, now: START, currencies: [currency] };
  const [organizationId] = (await playSteps(stage, steps)) as [string];
  const lines = await at(database, START, (tx) => linesOf(tx, organizationId));
  const { rows } = await database.pool.query<{ currency: Currency; total: bigint }>(
    "select currency, plans + vouchers + top_up as total from wallets where organization_id = $1",
    [organizationId],
  );
  for (const each of CURRENCIES) {
    const sum = lines
      .filter((line) => line.currency === each)
      .reduce((total, { amount }) => total + amount, 0n);
    expect(sum, each).toBe(each === rows[0]!.currency ? rows[0]!.total : 0n);
  }
}

test("WAL-6 lines by resource, source and day, and movements, add up to the Wallet after any history", async () => {
  await fc.assert(fc.asyncProperty(history, fc.constantFrom(...CURRENCIES), addUp), {
    numRuns: 15,
    endOnFailure: true,
  });
}, 600_000);
