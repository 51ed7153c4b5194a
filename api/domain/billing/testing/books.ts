import type { Database } from "#db/database.ts";
import { minuteStart } from "#domain/billing/units/minute.ts";
import { readShares } from "#domain/billing/ledger/run-shares.ts";
import type { Model } from "./model.ts";
import { at } from "./world.ts";

/** What the books say, in a form that a model's can be compared with; amounts as text, zeros left out. */
export interface Books {
  currency: string;
  lines: Record<"plans" | "vouchers" | "topUp", string>;
  remaining: Record<string, string>;
  /** By subject and start of the run, source, UTC day and currency. */
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
  return {
    currency: model.currency,
    lines: {
      plans: `${model.line("plan")}`,
      vouchers: `${model.line("voucher")}`,
      topUp: `${model.topUp}`,
    },
    remaining: sums(model.credits.map((credit) => [credit.id, credit.remaining])),
    shares: sums([...model.booked]),
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
    const [wallet] = await query<{ lines: string[]; last_entry: bigint; currency: string }>(
      "select array[plans, vouchers, top_up]::text[] as lines, last_entry, currency from wallets where organization_id = $1",
    );
    await checkFormerCurrencies(query);
    const [posted] = await query<{ lines: string[] }>(
      `select array[coalesce(sum(amount) filter (where account = 'plans'), 0),
         coalesce(sum(amount) filter (where account = 'vouchers'), 0),
         coalesce(sum(amount) filter (where account = 'topUp'), 0)]::text[] as lines
       from ledger_postings p join wallets w using (organization_id)
       where organization_id = $1 and p.currency = w.currency`,
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
    const credits = await query<{ id: string; remaining: bigint; posted: bigint }>(
      `select c.id, c.remaining, coalesce(sum(p.amount), 0)::bigint as posted
       from credits c
       left join ledger_postings p on p.organization_id = $1 and p.credit_id = c.id and p.currency = c.currency
         and p.account in ('plans', 'vouchers', 'expired')
       where c.organization_id = $1 and c.remaining is not null group by c.id`,
    );
    const wrong = credits.filter((credit) => credit.remaining !== credit.posted);
    if (wrong.length > 0) throw new Error(`credits and postings disagree: ${wrong[0]!.id}`);
    const counters = await query<{ key: string; spent: bigint }>(
      `select workspace_id || ' ' || day as key, spent_usd_micros as spent from quota_counters where organization_id = $1`,
    );
    const shares = await readShares(tx, { organizationId, from: 0, to: 2_000_000_000 });
    await checkPostings(query, shares);
    const runs = await query<{ id: string; key: string }>(
      `select id, subject_id || ' ' || kind || ' ' || floor(extract(epoch from started_at) * 1000) as key
       from usage_runs where organization_id = $1`,
    );
    const keys = new Map(runs.map((run) => [run.id, run.key]));
    const [plans, vouchers, topUp] = wallet!.lines as [string, string, string];
    return {
      currency: wallet!.currency,
      lines: { plans, vouchers, topUp },
      remaining: sums(credits.map((credit) => [credit.id, credit.remaining])),
      shares: sums(
        shares.map((s) => [
          `${keys.get(s.runId)} ${s.creditId ?? "topUp"} ${dayOf(s.fromMinute)} ${s.currency}`,
          s.amount,
        ]),
      ),
      usd: sums(counters.map((counter) => [counter.key, counter.spent])),
    };
  });
}

type Query = <T extends object>(text: string) => Promise<T[]>;

/** Nothing is left on a line, or of a credit, in a currency that the Wallet had before (WAL-4). */
async function checkFormerCurrencies(query: Query): Promise<void> {
  const rest = await query(
    `select p.account, p.credit_id, p.currency, sum(p.amount) from ledger_postings p join wallets w using (organization_id)
     where organization_id = $1 and p.currency <> w.currency and p.account in ('plans', 'vouchers', 'topUp', 'expired')
     group by p.account, p.credit_id, p.currency
     having sum(p.amount) <> 0`,
  );
  if (rest.length > 0) throw new Error(`not converted: ${JSON.stringify(rest)}`);
}

/** The shares add up to the postings of each Workspace, Service, kind, source and currency. */
async function checkPostings(
  query: Query,
  shares: Awaited<ReturnType<typeof readShares>>,
): Promise<void> {
  const runs = await query<{ id: string; key: string }>(
    `select id, workspace_id || ' ' || service || ' ' || kind as key from usage_runs where organization_id = $1`,
  );
  const keys = new Map(runs.map((run) => [run.id, run.key]));
  const postings = await query<{ key: string; amount: bigint }>(
    `select workspace_id || ' ' || service || ' ' || kind || ' ' || coalesce(credit_id::text, 'topUp')
       || ' ' || currency as key, amount
     from ledger_postings where organization_id = $1 and account = 'charges'`,
  );
  const derived = sums(
    shares.map((s) => [`${keys.get(s.runId)} ${s.creditId ?? "topUp"} ${s.currency}`, s.amount]),
  );
  const booked = sums(postings.map((posting) => [posting.key, posting.amount]));
  if (JSON.stringify(derived) !== JSON.stringify(booked)) {
    throw new Error(
      `shares ${JSON.stringify(derived)} and postings ${JSON.stringify(booked)} disagree`,
    );
  }
}
