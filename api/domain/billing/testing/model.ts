/**
 * What billing means, charge by charge and minute by minute, with nothing clever in it (WAL-1, WAL-2, BIL-1, BIL-2,
 * QUO-3). The SQL must agree with it on every source's payment for every subject and day.
 */
import { MINUTE_MS } from "../minute.ts";

export interface ModelRun {
  id: string;
  subject: string;
  workspace: string;
  service: string;
  price: bigint;
  priceUsd: bigint;
  start: number;
  end: number | null;
  /** Fixed when the run is recorded: the first minute that no earlier run of the subject touches. */
  first: number;
}

export interface ModelCredit {
  id: string;
  kind: "plan" | "voucher";
  services: string[] | null;
  amount: bigint;
  remaining: bigint;
  granted: number;
  starts: number;
  expires: number | null;
  lapsed: boolean;
}

interface Payment {
  credit: ModelCredit | null;
  amount: bigint;
}

interface LateReport {
  run: ModelRun;
  sign: 1 | -1;
  minutes: number[];
}

const floorMinute = (ms: number) => Math.floor(ms / MINUTE_MS);
const ceilMinute = (ms: number) => Math.ceil(ms / MINUTE_MS);

export class Model {
  readonly runs: ModelRun[] = [];
  readonly credits: ModelCredit[] = [];
  topUp = 0n;
  cursor: number;
  /** What was paid for each minute of each run, in the order of payment. */
  readonly paid = new Map<ModelRun, Map<number, Payment[]>>();
  readonly spentUsd = new Map<string, bigint>();
  #late: LateReport[] = [];

  constructor(cursor: number) {
    this.cursor = cursor;
  }

  /** Records a run; what it owes for minutes that ticks have passed waits for the next tick. */
  open(report: Omit<ModelRun, "first">): ModelRun {
    const run = { ...report, first: this.#firstMinute(report) };
    this.runs.push(run);
    this.paid.set(run, new Map());
    const missed = this.#minutes(run);
    if (missed.length > 0) this.#late.push({ run, sign: 1, minutes: missed });
    if (run.end !== null) this.#renumberAfter(run);
    return run;
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

  /** Once a minute has closed: late reports in their order, then every closed minute: run by run, from the first fitting credit. */
  tick(now: number): void {
    if (floorMinute(now) <= this.cursor) return;
    for (const { run, sign, minutes } of this.#late) {
      for (const minute of minutes) {
        if (sign === 1) this.#pay(run, minute);
        else this.#giveBack(run, minute);
      }
    }
    this.#late = [];
    for (; this.cursor < floorMinute(now); this.cursor += 1) {
      for (const run of this.#running(this.cursor)) this.#pay(run, this.cursor);
      for (const credit of this.credits) {
        if (credit.expires !== null && credit.expires <= (this.cursor + 1) * MINUTE_MS)
          credit.lapsed = true;
      }
    }
  }

  line(kind: "plan" | "voucher"): bigint {
    return this.credits
      .filter((credit) => credit.kind === kind && !credit.lapsed)
      .reduce((sum, credit) => sum + credit.remaining, 0n);
  }

  #running(minute: number): ModelRun[] {
    return this.runs
      .filter((run) => minute >= run.first && minute < this.#endMinute(run))
      .sort((a, b) => a.start - b.start || (a.id < b.id ? -1 : 1));
  }

  #pay(run: ModelRun, minute: number): void {
    const payments: Payment[] = [];
    let due = this.#cost(run.price, run, minute);
    for (const credit of [...this.credits].sort(inOrder)) {
      if (due === 0n) break;
      if (!canPay(credit, run.service, minute) || credit.remaining === 0n) continue;
      const amount = credit.remaining < due ? credit.remaining : due;
      credit.remaining -= amount;
      due -= amount;
      payments.push({ credit, amount });
    }
    if (due > 0n) payments.push({ credit: null, amount: due });
    this.topUp -= due;
    const ofRun = this.paid.get(run)!;
    if (ofRun.has(minute)) throw new Error(`minute ${minute} of ${run.id} is paid twice`);
    ofRun.set(minute, payments);
    this.#spend(run, minute, this.#cost(run.priceUsd, run, minute));
  }

  #giveBack(run: ModelRun, minute: number): void {
    const payments = this.paid.get(run)!.get(minute);
    if (!payments) throw new Error(`minute ${minute} of ${run.id} was never paid`);
    for (const { credit, amount } of payments) {
      if (credit) credit.remaining += amount;
      else this.topUp += amount;
    }
    this.paid.get(run)!.delete(minute);
    this.#spend(run, minute, -this.#cost(run.priceUsd, run, minute));
  }

  #spend(run: ModelRun, minute: number, usd: bigint): void {
    const key = `${run.workspace} ${new Date(minute * MINUTE_MS).toISOString().slice(0, 10)}`;
    this.spentUsd.set(key, (this.spentUsd.get(key) ?? 0n) + usd);
  }

  /** Minute k of a run, counted from its first, costs F(k) − F(k−1). */
  #cost(price: bigint, run: ModelRun, minute: number): bigint {
    const k = BigInt(minute - run.first + 1);
    return (price * k) / 60n - (price * (k - 1n)) / 60n;
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
  #firstMinute(run: Omit<ModelRun, "first">): number {
    const ends = this.runs
      .filter((other) => other !== run && other.subject === run.subject && other.start < run.start)
      .filter((other) => other.end !== null && other.end > other.start)
      .map((other) => ceilMinute(other.end!));
    return Math.max(floorMinute(run.start), ...ends);
  }

  #renumberAfter(run: ModelRun): void {
    const next = this.runs
      .filter((other) => other !== run && other.subject === run.subject && other.start >= run.start)
      .filter((other) => other.end === null || other.end > other.start)
      .sort((a, b) => a.start - b.start)[0];
    if (!next || this.#firstMinute(next) === next.first) return;
    const { end } = next;
    this.end(next, next.start);
    this.open({ ...next, end, id: `${next.id}, renumbered` });
  }
}

function canPay(credit: ModelCredit, service: string, minute: number): boolean {
  const begins = minute * MINUTE_MS;
  return (
    (credit.services === null || credit.services.includes(service)) &&
    begins + MINUTE_MS > Math.max(credit.granted, credit.starts) &&
    (credit.expires === null || begins < credit.expires)
  );
}

function inOrder(a: ModelCredit, b: ModelCredit): number {
  const rank = (credit: ModelCredit) =>
    (credit.kind === "plan" ? 0 : 2) + (credit.services ? 0 : 1);
  return (
    rank(a) - rank(b) ||
    compare(a.expires ?? Infinity, b.expires ?? Infinity) ||
    a.granted - b.granted ||
    (a.id < b.id ? -1 : 1)
  );
}

const compare = (a: number, b: number) => (a === b ? 0 : a - b);
