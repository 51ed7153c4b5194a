import { convert } from "#domain/billing/currency/convert.ts";
import { MINUTE_MS } from "#domain/billing/units/minute.ts";
import type { Currency } from "#domain/billing/units/money.ts";

export interface ModelRun {
  subject: string;
  /** What its price is for. */
  item: string;
  quantity: number;
  workspace: string;
  service: string;
  currency: Currency;
  /** Of an hour of the whole quantity. */
  price: bigint;
  priceUsd: bigint;
  /** The start of the reported interval; runs that continue one another share it. */
  since: number;
  start: number;
  end: number | null;
  /** Fixed when the run is recorded: the first minute that no earlier run of the subject touches. */
  first: number;
}

export interface ModelCredit {
  id: string;
  kind: "plan" | "voucher";
  services: string[] | null;
  remaining: bigint;
  starts: number;
  expires: number | null;
  lapsed: boolean;
}

/** What an hour of one unit costs from the start of a minute on. */
export interface ModelPrice {
  item: string;
  minute: number;
  prices: Record<Currency, bigint>;
}

/** What is granted anew every so many days. */
export interface ModelPlan {
  id: string;
  amount: bigint;
  currency: Currency;
  days: number;
  renews: boolean;
  starts: number;
  /** The period to be granted next. */
  next: number;
  cancelled: boolean;
}

export interface Payment {
  credit: ModelCredit | null;
  amount: bigint;
  currency: Currency;
}

export interface LateReport {
  run: ModelRun;
  sign: 1 | -1;
  minutes: number[];
}

export type Report = Omit<ModelRun, "first">;

export const floorMinute = (ms: number) => Math.floor(ms / MINUTE_MS);
export const ceilMinute = (ms: number) => Math.ceil(ms / MINUTE_MS);

export const dayOf = (minute: number) => new Date(minute * MINUTE_MS).toISOString().slice(0, 10);
export const isLive = (run: ModelRun) => run.end === null || run.end > run.start;
export const byStart = (a: ModelRun, b: ModelRun) => a.start - b.start;

/** Minute k of a run, counted from its first, costs F(k) − F(k−1). */
export function cost(price: bigint, run: Pick<ModelRun, "first">, minute: number): bigint {
  const k = BigInt(minute - run.first + 1);
  return (price * k) / 60n - (price * (k - 1n)) / 60n;
}

/** Of a run in a former currency: what it costs up to the minute, converted, less the same up to the one before (WAL-4). */
export function convertedCost(
  price: bigint,
  run: Pick<ModelRun, "first">,
  minute: number,
  rate: string,
): bigint {
  const until = (n: number) => convert((price * BigInt(n)) / 60n, rate);
  return until(minute - run.first + 1) - until(minute - run.first);
}

/** Who pays a minute: what fits and has something left, in its order, which loses it; top-up the rest (WAL-1…3). */
export function pay(
  credits: ModelCredit[],
  service: string,
  minute: number,
  { amount: due, currency }: { amount: bigint; currency: Currency },
): Payment[] {
  const payments: Payment[] = [];
  let left = due;
  const fitting = credits.filter((it) => it.remaining > 0n && canPay(it, service, minute));
  for (const credit of fitting.sort(inOrder)) {
    if (left === 0n) break;
    const amount = credit.remaining < left ? credit.remaining : left;
    credit.remaining -= amount;
    left -= amount;
    payments.push({ credit, amount, currency });
  }
  if (left > 0n) payments.push({ credit: null, amount: left, currency });
  return payments;
}

/** What a report has given back to each source so far, in the former currency. */
export type Sums = Map<ModelCredit | null, bigint>;

/** What goes back for a minute: to whom it came from; of a former currency the sum of the report, rounded down (WAL-4). */
export function givenBack(
  payments: Payment[],
  { currency, rate }: { currency: Currency; rate: string | null },
  sums: Sums,
): Payment[] {
  return payments.map((paid) => {
    if (paid.currency === currency) return paid;
    const before = sums.get(paid.credit) ?? 0n;
    const after = before + paid.amount;
    sums.set(paid.credit, after);
    return { ...paid, currency, amount: convert(after, rate!) - convert(before, rate!) };
  });
}

/** Each line as a whole, rounded down: each credit, oldest first, gets what the sum so far gains by it (WAL-4). */
export function convertLines(credits: ModelCredit[], rate: string): void {
  const lines = Map.groupBy(credits, (it) => (it.lapsed ? "lapsed" : it.kind));
  for (const line of lines.values()) {
    let [before, after] = [0n, 0n];
    for (const credit of line.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
      before += credit.remaining;
      credit.remaining = convert(before, rate) - after;
      after = convert(before, rate);
    }
  }
}

type Paying = Pick<ModelCredit, "id" | "services" | "starts" | "expires"> & { kind: string };

export function canPay(credit: Paying, service: string, minute: number): boolean {
  const begins = minute * MINUTE_MS;
  return (
    (credit.services === null || credit.services.includes(service)) &&
    begins + MINUTE_MS > credit.starts &&
    (credit.expires === null || begins < credit.expires)
  );
}

export function inOrder(a: Paying, b: Paying): number {
  const rank = (credit: Paying) => (credit.kind === "plan" ? 0 : 2) + (credit.services ? 0 : 1);
  return (
    rank(a) - rank(b) ||
    compare(a.expires ?? Infinity, b.expires ?? Infinity) ||
    a.starts - b.starts ||
    (a.id < b.id ? -1 : 1)
  );
}

const compare = (a: number, b: number) => (a === b ? 0 : a - b);
