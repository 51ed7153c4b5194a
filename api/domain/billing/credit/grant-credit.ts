import type { Service } from "@aifactory/sdk/policy";
import type { Tx } from "#db/tenant.ts";
import { DomainError } from "#domain/errors.ts";
import { newId } from "#domain/ids.ts";
import { book, type Line } from "#domain/billing/ledger/book.ts";
import { convert, type Rates } from "#domain/billing/currency/convert.ts";
import { judgeGrant } from "#domain/billing/tick/judge-balances.ts";
import { minuteFrom, minuteOf } from "#domain/billing/units/minute.ts";
import { formatMoney, MICROS, type Currency } from "#domain/billing/units/money.ts";
import { OPEN } from "#domain/billing/runs/usage-run.ts";
import { lockWallet, type Wallet } from "#domain/billing/wallet/wallet.ts";

export type CreditKind = "plan" | "voucher" | "topUp";

export interface CreditGrant {
  organizationId: string;
  kind: CreditKind;
  amount: bigint;
  currency: Currency;
  /** What it may pay for; null or absent: everything. Not for top-ups. */
  services?: Service[] | null;
  /** Default: now. */
  startsAt?: Date;
  /** Default: never. Not for top-ups (WAL-3). */
  expiresAt?: Date | null;
  voucherId?: string;
  /** A period of a plan: it pays from its start, also when it is granted after it (PAY-4). */
  plan?: { id: string; period: number };
  rates: Rates;
  /** A grant asked for again under the same key is booked once, for example a payment. */
  key?: string;
}

/** What was granted; amounts in micro-units of the Wallet's currency. */
export interface Credit {
  id: string;
  kind: CreditKind;
  amount: bigint;
  /** Null for top-ups, which are pooled. */
  remaining: bigint | null;
  currency: Currency;
  services: Service[] | null;
  grantedAt: Date;
  startsAt: Date;
  expiresAt: Date | null;
}

const LINES: Record<CreditKind, Line> = { plan: "plans", voucher: "vouchers", topUp: "topUp" };

/**
 * Adds credit to the Wallet, converted at the recorded rate when it is in another currency (WAL-1…4). The first top-up
 * fixes the Wallet's currency. Throws `amount_too_small` when nothing is left after conversion, `balance_too_large`,
 * `currency_not_provisional` when a first top-up is in another currency than the Wallet's (`settleTopUp` fixes it first).
 */
export async function grantCredit(tx: Tx, grant: CreditGrant): Promise<Credit> {
  const wallet = await lockWallet(tx, grant.organizationId);
  const known =
    grant.key === undefined ? undefined : await creditOfKey(tx, grant.organizationId, grant.key);
  if (known) return known;
  if (grant.kind === "topUp") await fixOnFirstTopUp(tx, wallet, grant.currency);
  const credit = await insertCredit(tx, wallet, grant);
  await book(tx, {
    organizationId: grant.organizationId,
    kind: "grant",
    reference: credit.id,
    postings: [
      {
        account: LINES[grant.kind],
        currency: wallet.currency,
        amount: credit.amount,
        creditId: credit.id,
      },
      { account: "grants", currency: wallet.currency, amount: -credit.amount, creditId: credit.id },
    ],
  });
  if (grant.key !== undefined) {
    await tx.client.query(
      "insert into ledger_keys (organization_id, key, credit_id) values ($1, $2, $3)",
      [grant.organizationId, grant.key, credit.id],
    );
  }
  // A plan's period may be granted amid a tick, whose end judges what is left then.
  if (!grant.plan)
    await judgeGrant(tx, { shard: wallet.shard, organizationId: grant.organizationId });
  return credit;
}

const SELECT = `id, kind, amount, remaining, currency, services, granted_at as "grantedAt", starts_at as "startsAt",
  expires_at as "expiresAt"`;

async function creditOfKey(
  tx: Tx,
  organizationId: string,
  key: string,
): Promise<Credit | undefined> {
  const { rows } = await tx.client.query<Credit>(
    `select ${SELECT} from credits where id = (select credit_id from ledger_keys where organization_id = $1 and key = $2)`,
    [organizationId, key],
  );
  return rows[0];
}

async function fixOnFirstTopUp(tx: Tx, wallet: Wallet, currency: Currency): Promise<void> {
  if (wallet.currency_fixed_at) return;
  if (currency !== wallet.currency) {
    throw new DomainError(
      "currency_not_provisional",
      `The first top-up fixes the currency; the Wallet is still in ${wallet.currency}, not ${currency}.`,
    );
  }
  await tx.client.query("update wallets set currency_fixed_at = $2 where organization_id = $1", [
    wallet.organization_id,
    tx.now,
  ]);
}

async function insertCredit(tx: Tx, wallet: Wallet, grant: CreditGrant): Promise<Credit> {
  // Credit pays minutes that end after its grant (BIL-2), so never one before it, whatever its start. The periods of a
  // plan were granted with it.
  const isFuture = grant.startsAt !== undefined && grant.startsAt > tx.now;
  const startsAt = isFuture || grant.plan ? grant.startsAt! : tx.now;
  const rate =
    grant.currency === wallet.currency
      ? null
      : grant.rates(grant.currency, wallet.currency, grant.plan ? startsAt : tx.now);
  const amount = rate === null ? grant.amount : convert(grant.amount, rate);
  if (amount <= 0n)
    throw new DomainError("amount_too_small", `It is worth nothing in ${wallet.currency}.`);
  refuseBeyondLimit(wallet, amount);
  const expiresAt = grant.expiresAt ?? null;
  const { rows } = await tx.client.query<Credit>(
    `insert into credits (id, organization_id, shard, kind, amount, remaining, currency, original_amount,
       original_currency, rate, services, granted_at, starts_at, expires_at, from_minute, until_minute, voucher_id,
       plan_id, plan_period)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) returning ${SELECT}`,
    [
      newId(),
      grant.organizationId,
      wallet.shard,
      grant.kind,
      amount,
      grant.kind === "topUp" ? null : amount,
      wallet.currency,
      rate && grant.amount,
      rate && grant.currency,
      rate,
      grant.services ?? null,
      tx.now,
      startsAt,
      expiresAt,
      minuteOf(startsAt),
      expiresAt ? minuteFrom(expiresAt) : OPEN,
      grant.voucherId ?? null,
      grant.plan?.id ?? null,
      grant.plan?.period ?? null,
    ],
  );
  return rows[0]!;
}

// Far from what the database's integers hold, so that nothing that is added up in it can fail later.
export const BALANCE_LIMIT = 10n ** 12n * MICROS;

function refuseBeyondLimit(wallet: Wallet, amount: bigint): void {
  if (wallet.plans + wallet.vouchers + wallet.top_up + amount < BALANCE_LIMIT) return;
  const limit = formatMoney(BALANCE_LIMIT, wallet.currency);
  throw new DomainError(
    "balance_too_large",
    `A Wallet holds less than ${limit.amount} ${limit.currency}. Spend some of it first.`,
    { limit },
  );
}
