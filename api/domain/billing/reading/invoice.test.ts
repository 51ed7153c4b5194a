import fc from "fast-check";
import { expect, test } from "vitest";
import { readInvoice, type Invoice } from "./invoice.ts";
import { minuteOf } from "#domain/billing/units/minute.ts";
import { Scene, testDatabase } from "#domain/billing/testing/fixture.ts";
import { history, type Step } from "#domain/billing/testing/history.ts";
import { playSteps } from "#domain/billing/testing/play-steps.ts";
import { at } from "#domain/billing/testing/world.ts";
import type { Database } from "#db/database.ts";

const postgres = testDatabase();
const MONTHS = ["2026-03", "2026-04", "2026-05", "2026-06", "2026-07", "2026-08"];

async function invoicesOf(database: Database, organizationId: string): Promise<Invoice[]> {
  const invoices: Invoice[] = [];
  for (const month of MONTHS) {
    const begins = new Date(`${month}-01T00:00:00Z`);
    const ends = new Date(Date.UTC(begins.getUTCFullYear(), begins.getUTCMonth() + 1));
    const range = { organizationId, from: minuteOf(begins), to: minuteOf(ends) };
    invoices.push(await at(database, ends, (tx) => readInvoice(tx, range)));
  }
  return invoices;
}

const sum = (items: { amount: bigint }[]) =>
  items.reduce((total, { amount }) => total + amount, 0n);

/** What holds of the invoices of any Wallet. */
async function areExact(database: Database, organizationId: string): Promise<void> {
  const invoices = await invoicesOf(database, organizationId);
  for (const [
    index,
    { opening, closing, lines, charges, corrections, movements },
  ] of invoices.entries()) {
    if (index > 0) expect(opening).toEqual(invoices[index - 1]!.closing);
    for (const line of ["plans", "vouchers", "topUp"] as const) {
      for (const currency of ["USD", "VND", "JPY"]) {
        const moved = lines.filter((it) => it.line === line && it.currency === currency);
        const of = (balances: typeof opening) =>
          balances.currency === currency ? balances[line] : 0n;
        expect(of(opening) + sum(moved)).toBe(of(closing));
      }
    }
    // All currencies together: nothing moved a line that is not told.
    expect(sum(movements) - sum(charges) - sum(corrections)).toBe(sum(lines));
  }
  const { rows } = await database.pool.query<{ currency: string; charged: bigint }>(
    `select currency, sum(amount)::bigint as charged from ledger_postings
     where organization_id = $1 and account = 'charges' group by currency`,
    [organizationId],
  );
  for (const { currency, charged } of rows) {
    const items = invoices.flatMap((it) => [...it.charges, ...it.corrections]);
    expect(sum(items.filter((it) => it.currency === currency))).toBe(charged);
  }
  const wallet = await database.pool.query(
    'select currency, plans, vouchers, top_up as "topUp" from wallets where organization_id = $1',
    [organizationId],
  );
  expect(invoices.at(-1)!.closing).toEqual(wallet.rows[0]);
}

test("WAL-6 a charge is of the month of its minutes, also when it is booked days later; a correction of the month it is booked in", async () => {
  const { database } = postgres;
  const scene = await Scene.begin(database, "2026-04-30T23:00:00Z");
  const { organizationId } = scene.organization;
  await scene.grant("2026-04-30T23:00:00Z", 30_000_000n, { expiresAt: "2026-05-20T00:00:00Z" });
  await scene.grant("2026-04-30T23:00:00Z", 1_000_000_000n, { kind: "topUp" });
  const resource = await scene.start("2026-04-30T23:30:00Z", 60_000_000n);
  // Nothing was charged for two days; then a stop becomes known that was in April.
  await scene.tick("2026-05-02T00:00:00Z");
  await scene.stop(resource, "2026-04-30T23:50:00Z", "2026-05-02T00:00:30Z");
  await scene.tick("2026-05-21T00:00:00Z");
  await areExact(database, organizationId);
  const [, april, may] = await invoicesOf(database, organizationId);
  expect(april!.charges).toMatchObject([{ service: "notebook", kind: "gpu", amount: 30_000_000n }]);
  expect(april!.corrections).toEqual([]);
  expect(april!.closing).toMatchObject({ vouchers: 0n, topUp: 1_000_000_000n });
  expect(may!.opening).toEqual(april!.closing);
  expect(may!.charges).toMatchObject([{ amount: 1_440_000_000n }]);
  expect(may!.corrections.map(({ month, amount }) => [month, amount])).toEqual([
    ["2026-04", -1_450_000_000n],
  ]);
  expect(may!.movements).toMatchObject([{ kind: "expiry", amount: -10_000_000n }]);
});

let shards = 0;

test("WAL-6 invoices of any history: balances carry over, and sums are the ledger's", async () => {
  const { database } = postgres;
  const play = async (steps: Step[], currency: "USD" | "VND" | "JPY") => {
    const now = new Date("2026-03-31T12:40:17Z");
    const stage = { database, shard: 40 + (shards++ % 20), now, currencies: [currency] };
    for (const organizationId of await playSteps(stage, steps))
      await areExact(database, organizationId);
  };
  const currencies = fc.constantFrom("USD" as const, "VND" as const, "JPY" as const);
  await fc.assert(fc.asyncProperty(history, currencies, play), { numRuns: 15, endOnFailure: true });
}, 600_000);
