import type { Database } from "#db/database.ts";
import { minuteStart } from "../minute.ts";
import { readShares } from "../run-shares.ts";
import type { Model } from "./model.ts";
import { at } from "./world.ts";

/** What the books say, in a form that a model's can be compared with; amounts as text, zeros left out. */
export interface Books {
  lines: Record<"plans" | "vouchers" | "topUp", string>;
  remaining: Record<string, string>;
  /** By run, source and UTC day. */
  shares: Record<string, string>;
  /** By Workspace and UTC day. */
  usd: Record<string, string>;
}

const dayOf = (minute: number) => minuteStart(minute).toISOString().slice(0, 10);

function sums(pairs: [string, bigint][]): Record<string, string> {
  const totals = new Map<string, bigint>();
  for (const [key, amount] of pairs) totals.set(key, (totals.get(key) ?? 0n) + amount);
  return Object.fromEntries(
    [...totals]
      .filter(([, total]) => total !== 0n)
      .map(([key, total]) => [key, `${total}`])
      .sort(),
  );
}

export function booksOfModel(model: Model): Books {
  const shares = [...model.paid].flatMap(([run, minutes]) =>
    [...minutes].flatMap(([minute, payments]) =>
      payments.map(({ credit, amount }): [string, bigint] => [
        `${run.id} ${credit?.id ?? "topUp"} ${dayOf(minute)}`,
        amount,
      ]),
    ),
  );
  return {
    lines: {
      plans: `${model.line("plan")}`,
      vouchers: `${model.line("voucher")}`,
      topUp: `${model.topUp}`,
    },
    remaining: sums(model.credits.map((credit) => [credit.id, credit.remaining])),
    shares: sums(shares),
    usd: sums([...model.spentUsd]),
  };
}

/** The same from the database; throws when Wallet, postings and latest entry do not say the same. */
export async function booksOfDatabase(
  database: Database,
  organizationId: string,
  now: Date,
): Promise<Books> {
  return at(database, now, async (tx) => {
    const query = async <T extends object>(text: string) =>
      (await tx.client.query<T>(text, [organizationId])).rows;
    const [wallet] = await query<{ lines: string[]; last_entry: bigint }>(
      "select array[plans, vouchers, top_up]::text[] as lines, last_entry from wallets where organization_id = $1",
    );
    const [posted] = await query<{ lines: string[] }>(
      `select array[coalesce(sum(amount) filter (where account = 'plans'), 0),
         coalesce(sum(amount) filter (where account = 'vouchers'), 0),
         coalesce(sum(amount) filter (where account = 'topUp'), 0)]::text[] as lines
       from ledger_postings where organization_id = $1`,
    );
    const [entry] = await query<{ lines: string[]; entries: bigint }>(
      `select (array_agg(array[plans_after, vouchers_after, top_up_after]::text[]::text order by at desc, seq desc))[1]::text[] as lines,
         count(*) as entries from ledger_entries where organization_id = $1`,
    );
    const same =
      `${wallet!.lines}` === `${posted!.lines}` &&
      `${wallet!.lines}` === `${entry!.lines ?? [0, 0, 0]}`;
    if (!same || entry!.entries !== wallet!.last_entry) {
      throw new Error(
        `Wallet ${wallet!.lines}, postings ${posted!.lines}, entry ${entry!.lines} disagree`,
      );
    }
    const credits = await query<{ id: string; remaining: bigint }>(
      "select id, remaining from credits where organization_id = $1 and remaining is not null",
    );
    const counters = await query<{ key: string; spent: bigint }>(
      `select workspace_id || ' ' || day as key, spent_usd_micros as spent from quota_counters where organization_id = $1`,
    );
    const shares = await readShares(tx, { organizationId, from: 0, to: 2_000_000_000 });
    await checkPostings(query, shares);
    const [plans, vouchers, topUp] = wallet!.lines as [string, string, string];
    return {
      lines: { plans, vouchers, topUp },
      remaining: sums(credits.map((credit) => [credit.id, credit.remaining])),
      shares: sums(
        shares.map((s) => [`${s.runId} ${s.creditId ?? "topUp"} ${dayOf(s.fromMinute)}`, s.amount]),
      ),
      usd: sums(counters.map((counter) => [counter.key, counter.spent])),
    };
  });
}

type Query = <T extends object>(text: string) => Promise<T[]>;

/** The shares add up to the postings of each Workspace, Service, kind and source. */
async function checkPostings(
  query: Query,
  shares: Awaited<ReturnType<typeof readShares>>,
): Promise<void> {
  const runs = await query<{ id: string; key: string }>(
    `select id, workspace_id || ' ' || service || ' ' || kind as key from usage_runs where organization_id = $1`,
  );
  const keys = new Map(runs.map((run) => [run.id, run.key]));
  const postings = await query<{ key: string; amount: bigint }>(
    `select workspace_id || ' ' || service || ' ' || kind || ' ' || coalesce(credit_id::text, 'topUp') as key, amount
     from ledger_postings where organization_id = $1 and account = 'charges'`,
  );
  const derived = sums(
    shares.map((s) => [`${keys.get(s.runId)} ${s.creditId ?? "topUp"}`, s.amount]),
  );
  const booked = sums(postings.map((posting) => [posting.key, posting.amount]));
  if (JSON.stringify(derived) !== JSON.stringify(booked)) {
    throw new Error(
      `shares ${JSON.stringify(derived)} and postings ${JSON.stringify(booked)} disagree`,
    );
  }
}
