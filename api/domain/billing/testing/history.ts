import fc from "fast-check";
import { DAY_MINUTES, MINUTE_MS } from "../minute.ts";

/** One event of an Organization's history; numbers are resolved against what there is when it happens. */
export type Step =
  | { do: "wait"; ms: number }
  | { do: "tick" }
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

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("wait" as const),
      ms: fc.oneof(edge(2 * MINUTE_MS), edge(4 * HOUR)),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("wait" as const),
      ms: edge(2 * DAY_MINUTES * MINUTE_MS),
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant("tick" as const) }) },
  {
    weight: 7,
    arbitrary: fc.record({
      do: fc.constant("open" as const),
      subject,
      agoMs: ago,
      price,
      usd: price,
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("close" as const), subject, agoMs: ago }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("shorten" as const), subject, byMs: edge(3 * HOUR) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("reportGap" as const),
      subject,
      gap: fc.nat(),
      from: fc.nat(100),
      to: fc.nat(100),
      price,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("repeat" as const), subject }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("reprice" as const), subject, agoMs: ago, price }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
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
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("plan" as const),
      amount,
      startsInMs: edge(8 * HOUR),
      lastsMs: fc.option(lasts),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("topUp" as const), amount }) },
);

/** Histories of one Organization. */
export const history = fc.array(step, { minLength: 5, maxLength: 60, size: "max" });
