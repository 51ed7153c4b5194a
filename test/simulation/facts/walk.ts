import { canPay, cost, inOrder } from "../../../api/domain/billing/testing/model-facts.ts";
import { queryAsOwner } from "../../e2e/crash/witness.ts";

/** The facts of one Organization from which follows who paid what. Amounts as the database writes them. */
interface Facts {
  entries: {
    seq: string;
    kind: string;
    from_minute: number;
    to_minute: number;
    reference: string;
  }[];
  postings: { seq: string; key: string; amount: string }[];
  runs: {
    id: string;
    key: string;
    service: string;
    started: number;
    first_minute: number;
    tick_from: number;
    tick_until: number;
    price: string;
  }[];
  windows: { run_id: string; sign: number; from_minute: number; to_minute: number }[];
  credits: {
    id: string;
    kind: "plan" | "voucher" | "topUp";
    services: string[] | null;
    amount: string;
    starts: number;
    expires: number | null;
  }[];
}
type Run = Facts["runs"][number];
type Credit = Facts["credits"][number];

/** Null is top-up. */
interface Payment {
  credit: string | null;
  amount: bigint;
}
type Amounts = Map<string, bigint>;

const KEY = "workspace_id || ' ' || service || ' ' || kind";

export async function readWalk(adminUrl: string, organizationId: string): Promise<Facts> {
  const read = <T extends object>(sql: string) =>
    queryAsOwner<T & Record<string, unknown>>(
      adminUrl,
      sql.replaceAll("$1", `'${organizationId}'`),
    );
  const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`;
  return {
    entries: await read("select * from ledger_entries where organization_id = $1 order by seq"),
    postings: await read(
      `select seq, ${KEY} || ' ' || coalesce(credit_id::text, 'topUp') as key, amount from ledger_postings
       where organization_id = $1 and account = 'charges'`,
    ),
    runs: await read(
      `select id, ${KEY} as key, service, ${ms("started_at")} as started, first_minute, tick_from, tick_until,
         price_per_hour as price
       from usage_runs where organization_id = $1 order by started_at, id`,
    ),
    windows: await read("select * from late_windows where organization_id = $1 order by id"),
    credits: await read(
      `select id, kind, services, amount, ${ms("starts_at")} as starts, ${ms("expires_at")} as expires from credits
       where organization_id = $1`,
    ),
  };
}

/**
 * Follows the ledger entry by entry and pays each minute of each run by WAL-1, WAL-2 and BIL-2 alone: answers what that
 * makes of every entry, and what was posted.
 */
export function walk(facts: Facts): { owed: string[]; posted: string[] } {
  const walker = new Walker(facts);
  const owed: string[] = [];
  for (const entry of facts.entries) {
    const amounts: Amounts = new Map();
    if (entry.kind === "grant") walker.grant(entry.reference);
    else if (entry.kind === "charge") walker.charge(entry.from_minute, entry.to_minute, amounts);
    else if (entry.kind === "correction") walker.correct(entry, amounts);
    owed.push(...lines(entry.seq, amounts));
  }
  const posted = facts.postings.map(({ seq, key, amount }) => `${seq} ${key} ${amount}`);
  return { owed: owed.sort(), posted: posted.sort() };
}

class Walker {
  readonly #runs: Run[];
  readonly #windows: Facts["windows"];
  readonly #credits: Credit[];
  readonly #remaining = new Map<string, bigint>();
  /** By run and minute. */
  readonly #paid = new Map<string, Payment[]>();

  constructor({ runs, windows, credits }: Facts) {
    this.#runs = runs;
    this.#windows = [...windows];
    this.#credits = credits.filter(({ kind }) => kind !== "topUp").sort(inOrder);
  }

  grant(id: string): void {
    const credit = this.#credits.find((it) => it.id === id);
    if (credit) this.#remaining.set(id, BigInt(credit.amount));
  }

  charge(from: number, to: number, amounts: Amounts): void {
    const runs = this.#runs.filter((run) => run.tick_from < to && run.tick_until > from);
    if (runs.length === 0) return;
    for (let minute = from; minute < to; minute++) {
      for (const run of runs)
        if (minute >= run.tick_from && minute < run.tick_until) this.#pay(run, minute, amounts);
    }
  }

  /** Late windows in the order in which they were reported, up to the one that the entry is about. */
  correct(entry: Facts["entries"][number], amounts: Amounts): void {
    for (;;) {
      const window = this.#windows.shift();
      if (!window) throw new Error(`entry ${entry.seq} corrects what nobody reported`);
      const run = this.#runs.find(({ id }) => id === window.run_id)!;
      for (let minute = window.from_minute; minute < window.to_minute; minute++) {
        if (window.sign === 1) this.#pay(run, minute, amounts);
        else this.#giveBack(run, minute, amounts);
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
    const payments: Payment[] = [];
    let due = cost(BigInt(run.price), { first: run.first_minute }, minute);
    for (const credit of this.#credits) {
      if (due === 0n) break;
      const remaining = this.#remaining.get(credit.id) ?? 0n;
      if (remaining === 0n || !canPay(credit, run.service, minute)) continue;
      const amount = remaining < due ? remaining : due;
      this.#remaining.set(credit.id, remaining - amount);
      due -= amount;
      payments.push({ credit: credit.id, amount });
    }
    if (due > 0n) payments.push({ credit: null, amount: due });
    const key = `${run.id} ${minute}`;
    if (this.#paid.has(key)) throw new Error(`minute ${minute} of ${run.id} is paid twice`);
    this.#paid.set(key, payments);
    for (const payment of payments) add(amounts, run, payment.credit, payment.amount);
  }

  #giveBack(run: Run, minute: number, amounts: Amounts): void {
    const key = `${run.id} ${minute}`;
    const payments = this.#paid.get(key);
    if (!payments) throw new Error(`minute ${minute} of ${run.id} was never paid`);
    this.#paid.delete(key);
    for (const { credit, amount } of payments) {
      if (credit) this.#remaining.set(credit, this.#remaining.get(credit)! + amount);
      add(amounts, run, credit, -amount);
    }
  }
}

function add(amounts: Amounts, run: Run, credit: string | null, amount: bigint): void {
  const key = `${run.key} ${credit ?? "topUp"}`;
  amounts.set(key, (amounts.get(key) ?? 0n) + amount);
}

function lines(seq: string, amounts: Amounts): string[] {
  return [...amounts]
    .filter(([, amount]) => amount !== 0n)
    .map(([key, amount]) => `${seq} ${key} ${amount}`);
}
