import { expect } from "vitest";
import { costOf, type ExpectedRun } from "./expected-runs.ts";
import { queryAsOwner } from "./witness.ts";

interface Run {
  id: string;
  subject_id: string;
  kind: "gpu" | "storage";
  workspace_id: string;
  service: string;
  product: string;
  quantity: number;
  started_at: Date;
  ended_at: Date | null;
  first_minute: number;
  end_minute: number | null;
  tick_from: number;
  tick_until: number;
  currency: string;
  price_per_hour: string;
  price_usd_per_hour: string;
}
interface Entry {
  at: Date;
  seq: string;
  kind: string;
  from_minute: number | null;
  to_minute: number | null;
  currency: string;
  plans_after: string;
  vouchers_after: string;
  top_up_after: string;
}
interface Posting {
  seq: string;
  account: string;
  currency: string;
  workspace_id: string | null;
  service: string | null;
  kind: string | null;
  credit_id: string | null;
  amount: string;
}
interface Window {
  run_id: string;
  sign: number;
  from_minute: number;
  to_minute: number;
  consumed_at: Date | null;
}

/** What the product wrote down for one Organization. */
export interface Books {
  runs: Run[];
  entries: Entry[];
  postings: Posting[];
  windows: Window[];
  wallet: { currency: string; plans: string; vouchers: string; top_up: string; last_entry: string };
  credits: { id: string; remaining: string; lapsed_at: Date | null }[];
  counters: { workspace_id: string; spent_usd_micros: string }[];
}

export async function readBooks(adminUrl: string, organizationId: string): Promise<Books> {
  const read = <T extends object>(sql: string) =>
    queryAsOwner<T & Record<string, unknown>>(
      adminUrl,
      sql.replaceAll("$1", `'${organizationId}'`),
    );
  const [wallet] = await read<Books["wallet"]>("select * from wallets where organization_id = $1");
  return {
    wallet: wallet!,
    runs: await read("select * from usage_runs where organization_id = $1"),
    entries: await read("select * from ledger_entries where organization_id = $1 order by seq"),
    postings: await read("select * from ledger_postings where organization_id = $1 order by seq"),
    windows: await read("select * from late_windows where organization_id = $1"),
    credits: await read("select * from credits where organization_id = $1 and kind = 'voucher'"),
    counters: await read("select * from quota_counters where organization_id = $1"),
  };
}

/** The runs are those that cluster and accepted requests make necessary, minute for minute and at the site's prices. */
export function expectRunsAsTruth({ runs }: Books, expected: ExpectedRun[]): void {
  const recorded = runs
    .filter((run) => run.ended_at === null || run.ended_at > run.started_at)
    .map((run): ExpectedRun & { endedAt: number | null } => ({
      subject: run.subject_id,
      kind: run.kind,
      product: run.product,
      quantity: run.quantity,
      startedAt: run.started_at.getTime(),
      endedAt: run.ended_at?.getTime() ?? Number.NaN,
      firstMinute: run.first_minute,
      endMinute: run.end_minute ?? Number.NaN,
      currency: run.currency,
      pricePerHour: BigInt(run.price_per_hour),
      priceUsdPerHour: BigInt(run.price_usd_per_hour),
    }));
  const inOrder = (list: ExpectedRun[]) =>
    list.toSorted((a, b) => a.subject.localeCompare(b.subject) || a.startedAt - b.startedAt);
  expect(inOrder(recorded)).toEqual(inOrder(expected));
}

/** Each minute of each run was charged once, net of what was given back, and no minute beside them. */
export function expectMinutesChargedOnce({ runs, entries, windows }: Books): void {
  expect(windows.filter(({ consumed_at }) => consumed_at === null)).toEqual([]);
  const charged = entries.filter(({ kind }) => kind === "charge");
  for (const run of runs) {
    const times = new Map<number, number>();
    const add = (from: number, to: number, sign: number) => {
      for (let minute = from; minute < to; minute++)
        times.set(minute, (times.get(minute) ?? 0) + sign);
    };
    for (const { from_minute, to_minute } of charged)
      add(Math.max(from_minute!, run.tick_from), Math.min(to_minute!, run.tick_until), 1);
    for (const window of windows.filter(({ run_id }) => run_id === run.id))
      add(window.from_minute, window.to_minute, window.sign);
    const wrong = [...times].filter(
      ([minute, count]) => count !== Number(minute >= run.first_minute && minute < run.end_minute!),
    );
    expect(wrong, `minutes of run ${run.id} and how often they were charged`).toEqual([]);
    const covered = [...times.values()].filter((count) => count === 1).length;
    expect(covered, `minutes of run ${run.id}`).toBe(run.end_minute! - run.first_minute);
  }
}

const cost = (run: Run, price: string) => costOf(BigInt(price), run.end_minute! - run.first_minute);

/** What was posted is what the runs cost, for each Workspace, Service and kind. */
export function expectChargesAsRuns({ runs, postings }: Books): void {
  const owed = sums(
    runs.map((run) => [
      `${run.workspace_id} ${run.service} ${run.kind}`,
      cost(run, run.price_per_hour),
    ]),
  );
  const charges = postings.filter(({ account }) => account === "charges");
  const posted = sums(
    charges.map((it) => [`${it.workspace_id} ${it.service} ${it.kind}`, BigInt(it.amount)]),
  );
  expect(posted).toEqual(owed);
}

/** Quota counters are what the runs cost in USD (QUO-3). */
export function expectCountersAsRuns({ runs, counters }: Books): void {
  expect(sums(counters.map((it) => [it.workspace_id, BigInt(it.spent_usd_micros)]))).toEqual(
    sums(runs.map((run) => [run.workspace_id, cost(run, run.price_usd_per_hour)])),
  );
}

/**
 * Entries are balanced and numbered without gaps, and Wallet and credits are the sums of their postings; of a currency
 * that is no more the Wallet's, nothing is left (WAL-4).
 */
export function expectBalanced({ entries, postings, wallet, credits }: Books): void {
  expect(entries.map(({ seq }) => Number(seq))).toEqual(entries.map((_, index) => index + 1));
  expect(Number(wallet.last_entry)).toBe(entries.length);
  const bySeq = Map.groupBy(postings, ({ seq }) => seq);
  const nothing = { plans: 0n, vouchers: 0n, topUp: 0n };
  const lines = new Map<string, typeof nothing>();
  let before = 0;
  for (const entry of entries) {
    const own = bySeq.get(entry.seq) ?? [];
    expect(own.length, `postings of entry ${entry.seq}`).toBeGreaterThan(0);
    for (const { account, amount, currency } of own) {
      if (!(account in nothing)) continue;
      const known = lines.get(currency) ?? lines.set(currency, { ...nothing }).get(currency)!;
      known[account as keyof typeof nothing] += BigInt(amount);
    }
    const balances = Map.groupBy(own, ({ currency }) => currency);
    for (const [currency, part] of balances)
      expect(sum(part), `entry ${entry.seq} in ${currency}`).toBe(0n);
    const { plans_after, vouchers_after, top_up_after } = entry;
    for (const [currency, known] of lines)
      expect(Object.values(known), `${currency} after entry ${entry.seq}`).toEqual(
        currency === entry.currency
          ? [plans_after, vouchers_after, top_up_after].map(BigInt)
          : Object.values(nothing),
      );
    expect(entry.at.getTime()).toBeGreaterThanOrEqual(before);
    before = entry.at.getTime();
  }
  expect([wallet.plans, wallet.vouchers, wallet.top_up].map(BigInt)).toEqual(
    Object.values(lines.get(wallet.currency) ?? nothing),
  );
  for (const { id, remaining, lapsed_at } of credits) {
    const own = postings.filter(
      (it) => it.account === "vouchers" && it.credit_id === id && it.currency === wallet.currency,
    );
    const left = sum(own);
    expect(left, `credit ${id}`).toBe(lapsed_at === null ? BigInt(remaining) : 0n);
  }
}

const sum = (postings: Posting[]) =>
  postings.reduce((total, { amount }) => total + BigInt(amount), 0n);

function sums(list: [string, bigint][]): Record<string, bigint> {
  const groups = Map.groupBy(list, ([key]) => key);
  const entries = [...groups].map(
    ([key, parts]) => [key, parts.reduce((sum, [, amount]) => sum + amount, 0n)] as const,
  );
  return Object.fromEntries(entries.filter(([, sum]) => sum !== 0n).toSorted());
}
