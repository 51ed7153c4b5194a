import type { Tx } from "#db/tenant.ts";
import { DomainError } from "#domain/errors.ts";
import { book, type Posting } from "#domain/billing/ledger/book.ts";
import { convert } from "./convert.ts";
import type { Fixing } from "./fix-currency.ts";
import { BALANCE_LIMIT } from "#domain/billing/credit/grant-credit.ts";
import { accountOf } from "#domain/billing/ledger/payment-postings.ts";

interface Row {
  id: string;
  kind: "plan" | "voucher";
  amount: bigint;
  remaining: bigint;
  lapsed: boolean;
}

interface Converted extends Row {
  account: ReturnType<typeof accountOf>;
  newAmount: bigint;
  newRemaining: bigint;
}

/**
 * Converts each line of the Wallet once, rounded down, by one recorded entry that balances in both currencies, and what
 * is left of each credit with it (WAL-4). Credit that has lapsed is converted beside its account: late minutes may still
 * draw on it. Throws `balance_too_large` when a line would not be held by the database.
 */
export async function convertCredits(tx: Tx, fixing: Fixing): Promise<void> {
  const credits = await convertedCredits(tx, fixing);
  await updateCredits(tx, fixing, credits);
  const topUp = await readTopUp(tx, fixing.organizationId);
  const moves = [
    ...credits.map(({ id, account, remaining, newRemaining }) =>
      postingsOf(fixing, account, id, remaining, newRemaining),
    ),
    postingsOf(fixing, "topUp", null, topUp, convert(topUp, fixing.rate)),
  ];
  const postings = moves.flat().filter(({ amount }) => amount !== 0n);
  if (postings.length === 0) return;
  await book(tx, { organizationId: fixing.organizationId, kind: "conversion", postings });
}

// A line is rounded down as a whole: each credit gets what the sum so far gains by it, oldest first.
async function convertedCredits(tx: Tx, { organizationId, rate }: Fixing): Promise<Converted[]> {
  const { rows } = await tx.client.query<Row>(
    `select id, kind, amount, remaining, lapsed_at is not null as lapsed from credits
     where organization_id = $1 and remaining is not null order by id for update`,
    [organizationId],
  );
  const sums = new Map<string, bigint>();
  return rows.map((row) => {
    const account = accountOf(row);
    const before = sums.get(account) ?? 0n;
    const after = before + row.remaining;
    if (convert(after, rate) >= BALANCE_LIMIT) throw tooLarge();
    sums.set(account, after);
    const newRemaining = convert(after, rate) - convert(before, rate);
    const newAmount = convert(row.amount, rate);
    return {
      ...row,
      account,
      newRemaining,
      newAmount: newAmount > newRemaining ? newAmount : newRemaining,
    };
  });
}

function tooLarge(): DomainError {
  return new DomainError(
    "balance_too_large",
    "The Wallet holds more than can be counted in this currency. Spend some of it first.",
  );
}

async function updateCredits(tx: Tx, { to, from, rate }: Fixing, credits: Converted[]) {
  await tx.client.query(
    `update credits c set currency = $1, remaining = n.remaining, amount = n.amount,
       original_amount = coalesce(original_amount, c.amount), original_currency = coalesce(original_currency, $2),
       rate = coalesce(rate, $3)
     from unnest($4::uuid[], $5::bigint[], $6::bigint[]) as n(id, remaining, amount)
     where c.id = n.id`,
    [
      to,
      from,
      rate,
      credits.map((credit) => credit.id),
      credits.map((credit) => credit.newRemaining),
      credits.map((credit) => credit.newAmount),
    ],
  );
}

async function readTopUp(tx: Tx, organizationId: string): Promise<bigint> {
  const { rows } = await tx.client.query<{ top_up: bigint }>(
    "select top_up from wallets where organization_id = $1",
    [organizationId],
  );
  return rows[0]!.top_up;
}

function postingsOf(
  { from, to }: Fixing,
  account: Posting["account"],
  creditId: string | null,
  before: bigint,
  after: bigint,
): Posting[] {
  return [
    { account, currency: from, amount: -before, creditId },
    { account: "conversion", currency: from, amount: before, creditId },
    { account, currency: to, amount: after, creditId },
    { account: "conversion", currency: to, amount: -after, creditId },
  ];
}
