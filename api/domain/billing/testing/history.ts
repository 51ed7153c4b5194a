import fc from "fast-check";
import { DAY_MINUTES, MINUTE_MS } from "../minute.ts";

/** Time passes, the shard is charged, or something happens to one of its two Organizations. */
export type Step =
  | { do: "wait"; ms: number }
  | { do: "tick" }
  | { do: "event"; of: 0 | 1; event: Event };

/** What happens to an Organization; numbers are resolved against what there is when it happens. */
export type Event =
  | { do: "open"; subject: number; agoMs: number; price: bigint; usd: bigint }
  | { do: "close"; subject: number; agoMs: number }
  | { do: "shorten"; subject: number; byMs: number }
  | { do: "reportGap"; subject: number; gap: number; from: number; to: number; price: bigint }
  | { do: "repeat"; subject: number }
  | { do: "reprice"; subject: number; agoMs: number; price: bigint }
  | {
      do: "voucher";
      amount: bigint;
      currency: "USD" | "VND" | "JPY";
      services: Services;
      lastsMs: number;
    }
  | { do: "plan"; amount: bigint; startsInMs: number; lastsMs: number | null }
  | { do: "topUp"; amount: bigint };

export type Services = ("notebook" | "container")[] | null;

const HOUR = 60 * MINUTE_MS;
const price = fc.constantFrom(0n, 1n, 59n, 61n, 1_000_003n, 2_500_000n, 3_333_333n, 60_000_000n);
const amount = fc.oneof(
  fc.bigInt({ min: 1n, max: 200n }),
  fc.bigInt({ min: 1n, max: 9_000_000n }),
  fc.bigInt({ min: 1n, max: 400_000_000n }),
);
const subject = fc.nat(4);
// Whole minutes matter: much is decided at their edges.
const edge = (max: number) =>
  fc.oneof(
    fc.nat(max),
    fc.nat(Math.floor(max / MINUTE_MS)).map((n) => n * MINUTE_MS),
  );
const ago = fc.oneof(fc.constant(0), edge(MINUTE_MS), edge(3 * HOUR));
const lasts = fc.oneof(edge(5 * MINUTE_MS), edge(6 * HOUR), edge(30 * HOUR)).map((ms) => ms + 1);

const event: fc.Arbitrary<Event> = fc.oneof(
  of(7, { do: fc.constant("open" as const), subject, agoMs: ago, price, usd: price }),
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
  of(2, { do: fc.constant("reprice" as const), subject, agoMs: ago, price }),
  of(4, {
    do: fc.constant("voucher" as const),
    amount,
    currency: fc.constantFrom("USD" as const, "VND" as const, "JPY" as const),
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
  of(1, { do: fc.constant("topUp" as const), amount }),
);

const step: fc.Arbitrary<Step> = fc.oneof(
  of(8, { do: fc.constant("wait" as const), ms: fc.oneof(edge(2 * MINUTE_MS), edge(4 * HOUR)) }),
  of(1, { do: fc.constant("wait" as const), ms: edge(2 * DAY_MINUTES * MINUTE_MS) }),
  of(8, { do: fc.constant("tick" as const) }),
  of(30, { do: fc.constant("event" as const), of: fc.constantFrom(0 as const, 1 as const), event }),
);

/** Histories of two Organizations of one shard. */
export const history = fc.array(step, { minLength: 5, maxLength: 70, size: "max" });

function of<T extends object>(weight: number, model: { [K in keyof T]: fc.Arbitrary<T[K]> }) {
  return { weight, arbitrary: fc.record(model) as fc.Arbitrary<T> };
}
