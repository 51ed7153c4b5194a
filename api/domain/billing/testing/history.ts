import fc from "fast-check";
import { DAY_MINUTES, MINUTE_MS } from "#domain/billing/units/minute.ts";
import { CURRENCIES, type Currency } from "#domain/billing/units/money.ts";

/** Time passes, the shard is charged, or something happens to one of its two Organizations. */
export type Step =
  | { do: "wait"; ms: number }
  | { do: "tick" }
  | { do: "event"; of: 0 | 1; event: Event };

/** What happens to an Organization; numbers are resolved against what there is when it happens. */
export type Event =
  | { do: "open"; subject: number; agoMs: number; price: bigint; usd: bigint; quantity: number }
  | { do: "close"; subject: number; agoMs: number }
  | { do: "shorten"; subject: number; byMs: number }
  | { do: "reportGap"; subject: number; gap: number; from: number; to: number; price: bigint }
  | { do: "repeat"; subject: number }
  | { do: "resize"; subject: number; agoMs: number; quantity: number }
  | { do: "price"; kind: "gpu" | "storage"; inMinutes: number; prices: Record<Currency, bigint> }
  | {
      do: "voucher";
      amount: bigint;
      currency: Currency;
      services: Services;
      lastsMs: number;
    }
  | { do: "plan"; amount: bigint; startsInMs: number; lastsMs: number | null }
  | {
      do: "billingPlan";
      amount: bigint;
      currency: Currency;
      days: number;
      renews: boolean;
      startsInMs: number;
    }
  | { do: "cancelPlan"; which: number }
  | { do: "topUp"; amount: bigint; currency: Currency };

export type Services = ("notebook" | "container")[] | null;

const HOUR = 60 * MINUTE_MS;
const price = fc.constantFrom(0n, 1n, 59n, 61n, 1_000_003n, 2_500_000n, 3_333_333n, 60_000_000n);
const amount = fc.oneof(
  fc.bigInt({ min: 1n, max: 200n }),
  fc.bigInt({ min: 1n, max: 9_000_000n }),
  fc.bigInt({ min: 1n, max: 400_000_000n }),
);
const subject = fc.nat(4);
const currency = fc.constantFrom(...CURRENCIES);
const quantity = fc.integer({ min: 1, max: 3 });
// Whole minutes matter: much is decided at their edges.
const edge = (max: number) =>
  fc.oneof(
    fc.nat(max),
    fc.nat(Math.floor(max / MINUTE_MS)).map((n) => n * MINUTE_MS),
  );
const ago = fc.oneof(fc.constant(0), edge(MINUTE_MS), edge(3 * HOUR));
const lasts = fc.oneof(edge(5 * MINUTE_MS), edge(6 * HOUR), edge(30 * HOUR)).map((ms) => ms + 1);

interface Weighted {
  weight: number;
  arbitrary: fc.Arbitrary<Event>;
}

// What the cluster reports late, or anew.
const report: Weighted[] = [
  of(7, { do: fc.constant("open" as const), subject, agoMs: ago, price, usd: price, quantity }),
  of(5, { do: fc.constant("close" as const), subject, agoMs: ago }),
  of(2, { do: fc.constant("shorten" as const), subject, byMs: edge(3 * HOUR) }),
  of(2, {
    do: fc.constant("reportGap" as const),
    subject,
    gap: fc.nat(),
    from: fc.nat(100),
    to: fc.nat(100),
    price,
  }),
  of(1, { do: fc.constant("repeat" as const), subject }),
  of(2, { do: fc.constant("resize" as const), subject, agoMs: ago, quantity }),
];

const topUp = fc.record({ do: fc.constant("topUp" as const), amount, currency });

const change: Weighted[] = [
  of(2, {
    do: fc.constant("price" as const),
    kind: fc.constantFrom("gpu" as const, "storage" as const),
    inMinutes: fc.oneof(fc.nat(3), fc.nat(240), fc.nat(2 * DAY_MINUTES)),
    prices: fc.record({ VND: price, USD: price, JPY: price }),
  }),
  of(4, {
    do: fc.constant("voucher" as const),
    amount,
    currency,
    services: fc.constantFrom<Services>(
      null,
      ["notebook"],
      ["container"],
      ["notebook", "container"],
    ),
    lastsMs: lasts,
  }),
  of(2, {
    do: fc.constant("plan" as const),
    amount,
    startsInMs: edge(8 * HOUR),
    lastsMs: fc.option(lasts),
  }),
  of(2, {
    do: fc.constant("billingPlan" as const),
    amount,
    currency,
    days: fc.constantFrom(1, 2),
    renews: fc.boolean(),
    startsInMs: fc.oneof(fc.constant(0), edge(8 * HOUR)),
  }),
  of(1, { do: fc.constant("cancelPlan" as const), which: fc.nat() }),
  { weight: 1, arbitrary: topUp },
];

const happens = (event: fc.Arbitrary<Event>): fc.Arbitrary<Step> =>
  fc.record({
    do: fc.constant("event" as const),
    of: fc.constantFrom(0 as const, 1 as const),
    event,
  });

const wait = (ms: fc.Arbitrary<number>) => fc.record({ do: fc.constant("wait" as const), ms });
const tick = fc.constant<Step>({ do: "tick" });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: wait(fc.oneof(edge(2 * MINUTE_MS), edge(4 * HOUR))) },
  { weight: 1, arbitrary: wait(edge(2 * DAY_MINUTES * MINUTE_MS)) },
  { weight: 8, arbitrary: tick },
  { weight: 30, arbitrary: happens(fc.oneof(...report, ...change)) },
);

// Most of it concerns what was charged in another currency.
const stepAfterFixing: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: wait(edge(40 * MINUTE_MS)) },
  { weight: 5, arbitrary: tick },
  { weight: 15, arbitrary: happens(fc.oneof(...report.slice(1))) },
  { weight: 2, arbitrary: step },
);

const anyHistory = fc.array(step, { minLength: 5, maxLength: 70, size: "max" });
const fixingHistory = fc
  .tuple(
    fc.array(step, { minLength: 10, maxLength: 35, size: "max" }),
    fc.array(happens(topUp), { minLength: 1, maxLength: 2 }),
    fc.array(stepAfterFixing, { minLength: 5, maxLength: 25, size: "max" }),
  )
  .map((parts) => parts.flat());

/** Histories of two Organizations of one shard; in some, a currency is fixed and much of what was before is corrected. */
export const history = fc.oneof(anyHistory, fixingHistory);

function of<T extends Event>(
  weight: number,
  model: { [K in keyof T]: fc.Arbitrary<T[K]> },
): Weighted {
  return { weight, arbitrary: fc.record(model) as fc.Arbitrary<unknown> as fc.Arbitrary<Event> };
}
