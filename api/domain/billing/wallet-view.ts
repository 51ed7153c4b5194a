import type { Service } from "@aifactory/sdk/policy";
import type { Tx } from "#db/tenant.ts";
import { notFound } from "#domain/errors.ts";
import { availableFor } from "./available-for.ts";
import { minuteStart } from "./minute.ts";
import type { Currency } from "./money.ts";
import { OPEN } from "./usage-run.ts";

/** The Wallet as its Owner sees it; amounts in micro-units of its currency. */
export interface WalletView {
  currency: Currency;
  currencyFixed: boolean;
  /** Without credit that has expired since the last tick. */
  balances: { plans: bigint; vouchers: bigint; topUp: bigint };
  total: bigint;
  available: Record<Service, bigint>;
  /** What everything that runs and is stored costs per hour (WAL-7). */
  burnPerHour: bigint;
  /** When the total reaches zero at this rate; null when nothing burns, or not before the year 9999 ends. */
  runsOutAt: Date | null;
  /** Minutes before this moment are charged. */
  chargedUntil: Date;
}

interface Row {
  currency: Currency;
  currency_fixed_at: Date | null;
  plans: bigint;
  vouchers: bigint;
  top_up: bigint;
  expired_plans: bigint;
  expired_vouchers: bigint;
  burn: bigint;
  cursor_minute: number;
}

/** Reads the Wallet with its lines, what each Service could spend, burn and runway (WAL-1, WAL-7, BIL-8). */
export async function walletView(tx: Tx, organizationId: string): Promise<WalletView> {
  const { rows } = await tx.client.query<Row>(
    `select w.currency, w.currency_fixed_at, w.plans, w.vouchers, w.top_up,
       coalesce(sum(c.remaining) filter (where c.kind = 'plan'), 0)::bigint as expired_plans,
       coalesce(sum(c.remaining) filter (where c.kind = 'voucher'), 0)::bigint as expired_vouchers,
       (select coalesce(sum(price_per_hour), 0)::bigint from usage_runs
        where organization_id = $1 and tick_until = ${OPEN}) as burn,
       (select cursor_minute from shard_cursors s where s.shard = w.shard) as cursor_minute
     from wallets w
     left join credits c on c.organization_id = w.organization_id and c.remaining > 0 and c.lapsed_at is null
       and c.expires_at <= $2
     where w.organization_id = $1 group by w.organization_id`,
    [organizationId, tx.now],
  );
  const row = rows[0];
  if (!row) throw notFound("organization");
  const balances = {
    plans: row.plans - row.expired_plans,
    vouchers: row.vouchers - row.expired_vouchers,
    topUp: row.top_up,
  };
  const total = balances.plans + balances.vouchers + balances.topUp;
  return {
    currency: row.currency,
    currencyFixed: row.currency_fixed_at !== null,
    balances,
    total,
    available: await availableFor(tx, organizationId),
    burnPerHour: row.burn,
    runsOutAt: runsOutAt(tx.now, total, row.burn),
    chargedUntil: minuteStart(row.cursor_minute),
  };
}

// Later moments have no RFC 3339 form.
const LATEST = BigInt(Date.UTC(9999, 11, 31));

function runsOutAt(now: Date, total: bigint, burnPerHour: bigint): Date | null {
  if (burnPerHour === 0n) return null;
  if (total <= 0n) return now;
  const at = BigInt(now.getTime()) + (total * 3_600_000n) / burnPerHour;
  return at > LATEST ? null : new Date(Number(at));
}
