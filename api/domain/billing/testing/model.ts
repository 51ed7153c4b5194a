/**
 * What billing means, charge by charge and minute by minute, with nothing clever in it (WAL-1, WAL-2, WAL-4, BIL-1,
 * BIL-2, CAT-2, QUO-3). The SQL must agree with it on every source's payment for every subject and day.
 */
import { convert, type Rates } from "#domain/billing/currency/convert.ts";
import { DAY_MINUTES, MINUTE_MS } from "#domain/billing/units/minute.ts";
import type { Currency } from "#domain/billing/units/money.ts";
import {
  byStart,
  ceilMinute,
  convertedCost,
  convertLines,
  cost,
  dayOf,
  floorMinute,
  givenBack,
  isLive,
  pay,
  type LateReport,
  type ModelCredit,
  type ModelPlan,
  type ModelPrice,
  type ModelRun,
  type Payment,
  type Report,
  type Sums,
} from "./model-facts.ts";

export class Model {
  readonly runs: ModelRun[] = [];
  credits: ModelCredit[] = [];
  readonly prices: ModelPrice[] = [];
  plans: ModelPlan[] = [];
  currency: Currency;
  topUp = 0n;
  cursor: number;
  /** By subject and start, or plan and period: ids decide between runs of one start, and between like credit. */
  ids = new Map<string, string>();
  /** Everything that was ever booked, by run, source, UTC day and currency. */
  readonly booked = new Map<string, bigint>();
  readonly spentUsd = new Map<string, bigint>();
  /** What was paid for each minute of each run, and not given back. */
  readonly #paid = new Map<ModelRun, Map<number, Payment[]>>();
  #late: LateReport[] = [];
  /** To the fixed currency, from the one before. */
  #rate: string | null = null;

  readonly #rates: Rates;

  constructor(cursor: number, currency: Currency, rates: Rates) {
    this.cursor = cursor;
    this.currency = currency;
    this.#rates = rates;
  }

  /**
   * Records a reported interval, at the prices that ticks have put in force since it began; what it owes for minutes that
   * ticks have passed waits for the next tick.
   */
  open(report: Omit<Report, "since">): void {
    let part: Report = { ...report, since: report.start };
    for (const change of this.#pricesOf(report.item).filter((it) => it.minute < this.cursor)) {
      const at = change.minute * MINUTE_MS;
      const next = this.#priced(part, change);
      if (at <= report.start || (report.end !== null && at >= report.end) || !next) continue;
      this.#insert({ ...part, end: at });
      part = { ...next, start: at };
    }
    const last = this.#insert(part);
    if (last.end !== null) this.#renumberAfter(last);
  }

  /** Ends a run, or ends it earlier; what was paid beyond the end waits for the next tick to go back. */
  end(run: ModelRun, end: number): void {
    const before = this.#minutes(run);
    run.end = end;
    const kept = new Set(this.#minutes(run));
    const gone = new Set(before.filter((minute) => !kept.has(minute)));
    // Minutes that were still to be charged late are simply not charged.
    for (const report of this.#late.filter((late) => late.run === run && late.sign === 1)) {
      for (const minute of report.minutes.filter((m) => gone.has(m))) gone.delete(minute);
      report.minutes = report.minutes.filter((minute) => kept.has(minute));
    }
    if (gone.size > 0) this.#late.push({ run, sign: -1, minutes: [...gone].sort((a, b) => a - b) });
  }

  /** The same, for a run whose end had been known: the next one of the subject may own another first minute. */
  shorten(run: ModelRun, end: number): void {
    this.end(run, end);
    this.#renumberAfter(run);
  }

  /** From a moment on another size, at the price for each unit by then, in all that continues the interval since. */
  resize(interval: ModelRun[], quantity: number, at: number): void {
    const same = interval.findLastIndex((run) => run.quantity !== interval.at(-1)!.quantity) + 1;
    const runs = interval.slice(same).filter((run) => run.end === null || run.end > at);
    if (runs.at(-1)!.quantity === quantity) return;
    const next = runs.map((run) => {
      const start = Math.max(run.start, at);
      const resized = {
        ...run,
        quantity,
        price: (run.price * BigInt(quantity)) / BigInt(run.quantity),
        priceUsd: (run.priceUsd * BigInt(quantity)) / BigInt(run.quantity),
        start,
      };
      const newer = this.#pricesOf(run.item).findLast(
        ({ minute }) => minute * MINUTE_MS > run.start && minute * MINUTE_MS <= start,
      );
      return (newer && this.#priced(resized, newer)) ?? resized;
    });
    for (const [i, run] of [...runs.entries()].toReversed()) this.end(run, next[i]!.start);
    for (const run of next) this.#insert(run);
  }

  /** Grants the periods that begin by now or within five minutes, in order of their start. */
  renewPlans(now: number, plans = this.plans): void {
    const length = (plan: ModelPlan) => plan.days * DAY_MINUTES * MINUTE_MS;
    const start = (plan: ModelPlan) => plan.starts + plan.next * length(plan);
    const isDue = (plan: ModelPlan) =>
      !plan.cancelled && (plan.renews || plan.next === 0) && start(plan) <= now + 5 * MINUTE_MS;
    for (;;) {
      const due = plans.filter(isDue);
      due.sort((a, b) => start(a) - start(b) || (a.id < b.id ? -1 : 1));
      const plan = due[0];
      if (!plan) return;
      const starts = start(plan);
      const remaining =
        plan.currency === this.currency
          ? plan.amount
          : convert(plan.amount, this.#rates(plan.currency, this.currency, new Date(starts)));
      const id = this.ids.get(`${plan.id} ${plan.next}`)!;
      const credit = { id, kind: "plan" as const, services: null, remaining, lapsed: false };
      if (remaining > 0n) this.credits.push({ ...credit, starts, expires: starts + length(plan) });
      plan.next += 1;
    }
  }

  /** Once a minute has closed: plans, late reports in their order, then every closed minute: run by run, from the first fitting credit. */
  tick(now: number): void {
    if (floorMinute(now) <= this.cursor) return;
    this.renewPlans(now);
    this.#consumeLate();
    for (; this.cursor < floorMinute(now); this.cursor += 1) {
      this.#putPricesInForce(this.cursor);
      for (const run of this.#running(this.cursor)) this.#pay(run, this.cursor);
      for (const credit of this.credits) {
        if (credit.expires !== null && credit.expires <= (this.cursor + 1) * MINUTE_MS)
          credit.lapsed = true;
      }
    }
  }

  /** Everything before the present minute is charged; then all there is becomes the other currency's, and runs go on in it. */
  fixCurrency(now: number, to: Currency, rate: string): void {
    this.tick(now);
    this.#consumeLate();
    convertLines(this.credits, rate);
    this.topUp = convert(this.topUp, rate);
    this.currency = to;
    this.#rate = rate;
    const from = this.cursor * MINUTE_MS;
    for (const run of this.runs.filter((it) => isLive(it)).toSorted(byStart)) {
      const { end } = run;
      const start = Math.max(from, run.start);
      if (end !== null && end <= start) continue;
      const listed = this.#pricesOf(run.item).findLast((it) => it.minute <= this.cursor);
      const price = listed ? listed.prices[to] * BigInt(run.quantity) : convert(run.price, rate);
      this.end(run, start);
      this.#insert({ ...run, start, end, currency: to, price });
    }
  }

  line(kind: "plan" | "voucher"): bigint {
    return this.credits
      .filter((credit) => credit.kind === kind && !credit.lapsed)
      .reduce((sum, credit) => sum + credit.remaining, 0n);
  }

  /** The runs of a reported interval that are not empty, oldest first. */
  interval(subject: string, since: number): ModelRun[] {
    return this.runs
      .filter((run) => run.subject === subject && run.since === since && isLive(run))
      .sort(byStart);
  }

  #consumeLate(): void {
    for (const { run, sign, minutes } of this.#late) {
      const sums: Sums = new Map();
      for (const minute of minutes) {
        if (sign === 1) this.#pay(run, minute);
        else this.#giveBack(run, minute, sums);
      }
    }
    this.#late = [];
  }

  /** A run that goes on across the first moment of a minute with a new price ends there, and goes on at it. */
  #putPricesInForce(minute: number): void {
    const at = minute * MINUTE_MS;
    for (const change of this.prices.filter((it) => it.minute === minute)) {
      for (const run of this.runs.filter((it) => it.item === change.item && it.start < at)) {
        const { end } = run;
        const next = this.#priced(run, change);
        if ((end !== null && end <= at) || !next) continue;
        this.end(run, at);
        this.#insert({ ...next, start: at, end });
      }
    }
  }

  #pricesOf(item: string): ModelPrice[] {
    return this.prices.filter((it) => it.item === item).sort((a, b) => a.minute - b.minute);
  }

  /** The same at another price; nothing when that is the one it has. */
  #priced<R extends Report>(run: R, { prices }: ModelPrice): R | null {
    const price = prices[run.currency] * BigInt(run.quantity);
    const priceUsd = prices.USD * BigInt(run.quantity);
    return price === run.price && priceUsd === run.priceUsd ? null : { ...run, price, priceUsd };
  }

  #insert(report: Report): ModelRun {
    const run = { ...report, first: this.#firstMinute(report) };
    this.runs.push(run);
    this.#paid.set(run, new Map());
    const missed = this.#minutes(run);
    if (missed.length > 0) this.#late.push({ run, sign: 1, minutes: missed });
    return run;
  }

  #running(minute: number): ModelRun[] {
    const id = (run: ModelRun) => this.ids.get(`${run.subject} ${run.start}`)!;
    return this.runs
      .filter((run) => minute >= run.first && minute < this.#endMinute(run))
      .sort((a, b) => a.start - b.start || (id(a) < id(b) ? -1 : 1));
  }

  #pay(run: ModelRun, minute: number): void {
    const due = this.#cost(run, minute);
    const payments = pay(this.credits, run.service, minute, {
      amount: due,
      currency: this.currency,
    });
    for (const { credit, amount } of payments) if (credit === null) this.topUp -= amount;
    const ofRun = this.#paid.get(run)!;
    if (ofRun.has(minute)) throw new Error(`minute ${minute} of ${run.subject} is paid twice`);
    ofRun.set(minute, payments);
    for (const payment of payments) this.#book(run, minute, payment);
    this.#spend(run, minute, cost(run.priceUsd, run, minute));
  }

  #giveBack(run: ModelRun, minute: number, sums: Sums): void {
    const payments = this.#paid.get(run)!.get(minute);
    if (!payments) throw new Error(`minute ${minute} of ${run.subject} was never paid`);
    const { currency } = this;
    for (const { credit, amount } of givenBack(payments, { currency, rate: this.#rate }, sums)) {
      if (credit) credit.remaining += amount;
      else this.topUp += amount;
      this.#book(run, minute, { credit, amount: -amount, currency });
    }
    this.#paid.get(run)!.delete(minute);
    this.#spend(run, minute, -cost(run.priceUsd, run, minute));
  }

  #book(run: ModelRun, minute: number, { credit, amount, currency }: Payment): void {
    const key = [run.subject, run.start, credit?.id ?? "topUp", dayOf(minute), currency].join(" ");
    this.booked.set(key, (this.booked.get(key) ?? 0n) + amount);
  }

  #spend(run: ModelRun, minute: number, usd: bigint): void {
    const key = `${run.workspace} ${dayOf(minute)}`;
    this.spentUsd.set(key, (this.spentUsd.get(key) ?? 0n) + usd);
  }

  #cost(run: ModelRun, minute: number): bigint {
    return run.currency === this.currency
      ? cost(run.price, run, minute)
      : convertedCost(run.price, run, minute, this.#rate!);
  }

  #endMinute(run: ModelRun): number {
    if (run.end === null) return Infinity;
    return run.end > run.start ? Math.max(run.first, ceilMinute(run.end)) : run.first;
  }

  /** The minutes that ticks have passed of those it is charged for. */
  #minutes(run: ModelRun): number[] {
    const end = Math.min(this.cursor, this.#endMinute(run));
    return Array.from({ length: Math.max(0, end - run.first) }, (_, i) => run.first + i);
  }

  /** A minute touched by two runs of one subject belongs to the earlier. */
  #firstMinute(run: Report): number {
    const ends = this.runs
      .filter((other) => other !== run && other.subject === run.subject && other.start < run.start)
      .filter((other) => other.end !== null && other.end > other.start)
      .map((other) => ceilMinute(other.end!));
    return Math.max(floorMinute(run.start), ...ends);
  }

  #renumberAfter(run: ModelRun): void {
    const next = this.runs
      .filter((other) => other !== run && other.subject === run.subject && other.start >= run.start)
      .filter((other) => isLive(other))
      .sort(byStart)[0];
    if (!next || this.#firstMinute(next) === next.first) return;
    const { end } = next;
    this.end(next, next.start);
    this.#insert({ ...next, end });
  }
}
