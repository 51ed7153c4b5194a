import { convert } from "../../../api/domain/billing/currency/convert.ts";
import {
  convertedCost,
  convertLines,
  cost,
  givenBack,
  pay,
  type ModelCredit,
  type Payment,
  type Sums,
} from "../../../api/domain/billing/testing/model-facts.ts";
import type { Currency } from "../../../api/domain/billing/units/money.ts";
import type { WalkFacts } from "./read-walk.ts";

type Run = WalkFacts["runs"][number];
type Entry = WalkFacts["entries"][number];
type Amounts = Map<string, bigint>;

const LINES = { plan: "plans", voucher: "vouchers", topUp: "topUp" };

/**
 * Follows the ledger entry by entry and pays each minute of each run by WAL-1, WAL-2, WAL-4 and BIL-2 alone: answers what
 * that makes of every entry, and what was posted.
 */
export function walk(facts: WalkFacts): { owed: string[]; posted: string[] } {
  const walker = new Walker(facts);
  const owed = facts.entries.flatMap((entry) => lines(entry.seq, walker.follow(entry)));
  const posted = facts.postings.map(({ seq, key, amount }) => `${seq} ${key} ${amount}`);
  return { owed: owed.sort(), posted: posted.sort() };
}

class Walker {
  readonly #facts: WalkFacts;
  readonly #windows: WalkFacts["windows"];
  /** Nothing remains of what is not granted yet. */
  readonly #credits = new Map<string, ModelCredit>();
  #topUp = 0n;
  #currency: Currency = "USD";
  /** By run and minute. */
  readonly #paid = new Map<string, Payment[]>();

  constructor(facts: WalkFacts) {
    this.#facts = facts;
    this.#windows = [...facts.windows];
    for (const { id, kind, services, starts, expires } of facts.credits) {
      if (kind === "topUp") continue;
      this.#credits.set(id, { id, kind, services, starts, expires, remaining: 0n, lapsed: false });
    }
  }

  follow(entry: Entry): Amounts {
    const amounts: Amounts = new Map();
    if (entry.currency !== this.#currency) this.#fix(amounts);
    // Only where there is nothing to convert, there is no entry that says so.
    if (entry.kind !== "conversion" && [...amounts.values()].some((amount) => amount !== 0n))
      throw new Error(`entry ${entry.seq} is in ${entry.currency}, and nothing was converted`);
    if (entry.kind === "grant") this.#grant(entry.reference, amounts);
    else if (entry.kind === "charge") this.#charge(entry.from_minute, entry.to_minute, amounts);
    else if (entry.kind === "correction") this.#correct(entry, amounts);
    else if (entry.kind === "expiry") this.#lapse(entry.reference, amounts);
    return amounts;
  }

  /** What there is becomes the fixed currency's, each line as a whole. */
  #fix(amounts: Amounts): void {
    const { to, rate } = this.#facts.fixing!;
    this.#eachSource(amounts, -1n);
    convertLines([...this.#credits.values()], rate);
    this.#topUp = convert(this.#topUp, rate);
    this.#currency = to;
    this.#eachSource(amounts, 1n);
  }

  #eachSource(amounts: Amounts, sign: bigint): void {
    for (const { id, kind, lapsed, remaining } of this.#credits.values())
      add(amounts, [lapsed ? "expired" : LINES[kind], id, this.#currency], sign * remaining);
    add(amounts, ["topUp", "topUp", this.#currency], sign * this.#topUp);
  }

  #grant(id: string, amounts: Amounts): void {
    const credit = this.#facts.credits.find((it) => it.id === id)!;
    const given = BigInt(credit.given);
    const { given_currency: from } = credit;
    const amount =
      from === this.#currency
        ? given
        : convert(given, this.#facts.rates(from, this.#currency, new Date(credit.rated)));
    const own = this.#credits.get(id);
    if (own) own.remaining = amount;
    else this.#topUp += amount;
    add(amounts, [LINES[credit.kind], id, this.#currency], amount);
  }

  /** Late minutes may draw on what is left. */
  #lapse(id: string, amounts: Amounts): void {
    const credit = this.#credits.get(id)!;
    credit.lapsed = true;
    add(amounts, [LINES[credit.kind], id, this.#currency], -credit.remaining);
  }

  #charge(from: number, to: number, amounts: Amounts): void {
    const { runs } = this.#facts;
    // Nothing is charged of a run that ended as it began, wherever that was.
    const charged = runs.filter(
      (run) => Math.max(run.tick_from, from) < Math.min(run.tick_until, to),
    );
    const other = charged.find(({ currency }) => currency !== this.#currency);
    if (other) throw new Error(`run ${other.id} is charged in another currency than its own`);
    if (charged.length === 0) return;
    for (let minute = from; minute < to; minute++) {
      for (const run of charged)
        if (minute >= run.tick_from && minute < run.tick_until) this.#pay(run, minute, amounts);
    }
  }

  /** Late windows in the order in which they were reported, up to the one that the entry is about. */
  #correct(entry: Entry, amounts: Amounts): void {
    for (;;) {
      const window = this.#windows.shift();
      if (!window) throw new Error(`entry ${entry.seq} corrects what nobody reported`);
      const run = this.#facts.runs.find(({ id }) => id === window.run_id)!;
      const sums: Sums = new Map();
      for (let minute = window.from_minute; minute < window.to_minute; minute++) {
        if (window.sign === 1) this.#pay(run, minute, amounts);
        else this.#giveBack(run, minute, sums, amounts);
      }
      const { run_id, from_minute, to_minute } = window;
      const isIt =
        run_id === entry.reference &&
        from_minute === entry.from_minute &&
        to_minute === entry.to_minute;
      if (isIt) return;
      // Only what costs nothing has no entry of its own.
      if ([...amounts.values()].some((amount) => amount !== 0n))
        throw new Error(`the late window of ${run_id} before entry ${entry.seq} was not booked`);
    }
  }

  #pay(run: Run, minute: number, amounts: Amounts): void {
    const [currency, first] = [this.#currency, { first: run.first_minute }];
    const amount =
      run.currency === currency
        ? cost(BigInt(run.price), first, minute)
        : convertedCost(BigInt(run.price), first, minute, this.#facts.fixing!.rate);
    const key = `${run.id} ${minute}`;
    if (this.#paid.has(key)) throw new Error(`minute ${minute} of ${run.id} is paid twice`);
    const credits = [...this.#credits.values()];
    const payments = pay(credits, run.service, minute, { amount, currency });
    this.#paid.set(key, payments);
    for (const { credit, amount: paid } of payments) {
      if (credit === null) this.#topUp -= paid;
      add(amounts, charges(run, credit, currency), paid);
    }
  }

  #giveBack(run: Run, minute: number, sums: Sums, amounts: Amounts): void {
    const key = `${run.id} ${minute}`;
    const payments = this.#paid.get(key);
    if (!payments) throw new Error(`minute ${minute} of ${run.id} was never paid`);
    this.#paid.delete(key);
    const wallet = { currency: this.#currency, rate: this.#facts.fixing?.rate ?? null };
    for (const { credit, amount } of givenBack(payments, wallet, sums)) {
      if (credit) credit.remaining += amount;
      else this.#topUp += amount;
      add(amounts, charges(run, credit, this.#currency), -amount);
    }
  }
}

const charges = (run: Run, credit: ModelCredit | null, currency: Currency) => [
  "charges",
  run.key,
  credit?.id ?? "topUp",
  currency,
];

function add(amounts: Amounts, parts: string[], amount: bigint): void {
  const key = parts.join(" ");
  amounts.set(key, (amounts.get(key) ?? 0n) + amount);
}

function lines(seq: string, amounts: Amounts): string[] {
  return [...amounts]
    .filter(([, amount]) => amount !== 0n)
    .map(([key, amount]) => `${seq} ${key} ${amount}`);
}
