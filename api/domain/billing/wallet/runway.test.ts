import fc from "fast-check";
import { expect, test } from "vitest";
import { runway, type Burning, type SpendableCredit } from "./runway.ts";

const NOW = Date.UTC(2026, 4, 4, 10);
const after = (minutes: number) => new Date(NOW + minutes * 60_000);
const PER_MINUTE = 60n;

function burning(wallet: {
  topUp?: bigint;
  credits?: (Partial<SpendableCredit> & { remaining: bigint })[];
  notebook?: bigint;
  container?: bigint;
}): Burning {
  const { topUp = 0n, credits = [], notebook = 0n, container = 0n } = wallet;
  return {
    now: after(0),
    topUp,
    credits: credits.map((it) => ({ services: null, startsAt: after(0), expiresAt: null, ...it })),
    burnPerHour: { notebook, container, inference: 0n },
  };
}

test("WAL-7 scoped credit makes the runways of Services differ", () => {
  const { total, services } = runway(
    burning({
      topUp: 10n,
      credits: [{ remaining: 30n, services: ["notebook"] }],
      notebook: PER_MINUTE,
      container: PER_MINUTE,
    }),
  );
  // The container is on top-up alone: it ends after 10 minutes, and from then on adds to the debt.
  expect(services.container).toEqual(after(10));
  expect(total).toEqual(after(20));
  expect(services.notebook).toEqual(after(20));
});

test("WAL-7 credit that expires unspent shortens the runway; credit that starts prolongs it", () => {
  const notebook = PER_MINUTE;
  expect(
    runway(burning({ topUp: 5n, credits: [{ remaining: 100n, expiresAt: after(3) }], notebook }))
      .total,
  ).toEqual(after(8));
  const started = runway(
    burning({ topUp: 5n, credits: [{ remaining: 7n, startsAt: after(2) }], notebook }),
  );
  expect([started.total, started.services.notebook]).toEqual([after(12), after(12)]);
  const tooLate = runway(
    burning({ topUp: 5n, credits: [{ remaining: 7n, startsAt: after(6) }], notebook }),
  );
  // It counts in the total, but nothing can be spent from minute 5 on.
  expect([tooLate.total, tooLate.services.notebook]).toEqual([after(12), after(5)]);
});

test("WAL-7 nothing burns: nothing runs out; a debt has run out", () => {
  expect(runway(burning({ topUp: 5n })).total).toBeNull();
  expect(runway(burning({ topUp: -5n, notebook: 1n })).services.notebook).toEqual(after(0));
  expect(runway(burning({ topUp: 10n ** 18n, notebook: 1n })).total).toBeNull();
});

/** Millisecond by millisecond is too slow: minute by minute, looking before and after what changes at its edge. */
function walk({ topUp, credits, burnPerHour }: Burning, minutes: number) {
  const left = credits.map((credit) => credit.remaining);
  let pool = topUp;
  const ends: Record<string, number> = {};
  const spendable = (service: string, minute: number) =>
    left.map((amount, index) => {
      const { startsAt, services } = credits[index]!;
      const fits = services === null || services.includes(service as never);
      return fits && startsAt <= after(minute) ? amount : 0n;
    });
  const sum = (amounts: bigint[]) => amounts.reduce((a, b) => a + b, pool);
  const look = (at: number, known: number, least: bigint) => {
    if (sum(left) <= least) ends["total"] ??= at;
    for (const service of ["notebook", "container"])
      if (sum(spendable(service, known)) <= least) ends[service] ??= at;
  };
  for (let minute = 0; minute <= minutes; minute += 1) {
    for (const [index, { expiresAt }] of credits.entries())
      if (expiresAt !== null && expiresAt <= after(minute)) left[index] = 0n;
    look(minute, minute, 0n);
    for (const service of ["notebook", "container"] as const) {
      for (let due = burnPerHour[service] / PER_MINUTE; due > 0n; due -= 1n) {
        const source = spendable(service, minute).findIndex((amount) => amount > 0n);
        if (source === -1) pool -= 1n;
        else left[source]! -= 1n;
      }
    }
    look(minute + 1, minute, -1n);
  }
  return ends;
}

test("WAL-7 the runway is what walking there minute by minute finds, to the minute", () => {
  const minute = fc.integer({ min: 0, max: 60 }).map(after);
  const credit = fc.record({
    remaining: fc.bigInt({ min: 1n, max: 60n }).map((n) => n * 12n),
    services: fc.constantFrom<SpendableCredit["services"]>(null, ["notebook"], ["container"]),
    startsAt: minute,
    expiresAt: fc.option(minute),
  });
  const burn = fc.constantFrom(0n, PER_MINUTE, 2n * PER_MINUTE, 3n * PER_MINUTE);
  fc.assert(
    fc.property(
      fc.array(credit, { maxLength: 4 }),
      fc.bigInt({ min: -20n, max: 200n }),
      burn,
      burn,
      (credits, topUp, notebook, container) => {
        const wallet = burning({ credits, topUp, notebook, container });
        // The richest Wallet, burning least, lasts 200 + 4 · 720 minutes.
        const expected = walk(wallet, 3100);
        const found = runway(wallet);
        for (const key of ["total", "notebook", "container"] as const) {
          const at = key === "total" ? found.total : found.services[key];
          const minutes = at && Math.ceil((at.getTime() - NOW) / 60_000);
          // A minute that begins on one source and ends on another may end a source up to one minute apart.
          if (expected[key] === undefined) expect(at).toBeNull();
          else expect(Math.abs(minutes! - expected[key])).toBeLessThanOrEqual(1);
        }
      },
    ),
    { numRuns: 200 },
  );
});
