import type { Service } from "@aifactory/sdk/policy";
import type { Tx } from "#db/tenant.ts";
import { notFound } from "#domain/errors.ts";
import { fundsOf } from "./funds.ts";
import { minuteStart } from "#domain/billing/units/minute.ts";
import type { Currency } from "#domain/billing/units/money.ts";
import { runway, type Runway } from "./runway.ts";
import { OPEN } from "#domain/billing/runs/usage-run.ts";
import { walletCredits, type WalletCredit } from "./wallet-credits.ts";

/** The Wallet as its Owner sees it; amounts in micro-units of its currency. */
export interface WalletView {
  currency: Currency;
  currencyFixed: boolean;
  /** Without credit that has expired since the last tick. */
  balances: { plans: bigint; vouchers: bigint; topUp: bigint };
  total: bigint;
  /** The part of it that only certain Services may spend. */
  held: bigint;
  available: Record<Service, bigint>;
  /** Plan credit and vouchers with something left, in the order in which they are consumed. */
  credits: WalletCredit[];
  /** What everything that runs and is stored costs per hour (WAL-7). */
  burnPerHour: bigint;
  burnOf: Record<Service, bigint>;
  /** When the total reaches zero at this rate; null when nothing burns, or not before the year 9999 ends. */
  runsOutAt: Date | null;
  /** When each Service can spend nothing more at this rate; null when nothing burns. */
  runsOutFor: Runway["services"];
  /** Minutes before this moment are charged. */
  chargedUntil: Date;
}

interface Row {
  currency: Currency;
  currency_fixed_at: Date | null;
  top_up: bigint;
  cursor_minute: number;
}

/** Reads the Wallet with its lines, credit, what each Service could spend, burn and runway (WAL-1, WAL-7, BIL-8). */
export async function walletView(tx: Tx, organizationId: string): Promise<WalletView> {
  const { rows } = await tx.client.query<Row>(
    `select currency, currency_fixed_at, top_up, cursor_minute
     from wallets join shard_cursors using (shard) where organization_id = $1`,
    [organizationId],
  );
  const row = rows[0];
  if (!row) throw notFound("organization");
  const credits = await walletCredits(tx, organizationId);
  const balances = {
    plans: remaining(credits.filter(({ kind }) => kind === "plan")),
    vouchers: remaining(credits.filter(({ kind }) => kind === "voucher")),
    topUp: row.top_up,
  };
  const burnOf = await burnByService(tx, organizationId);
  const { total, services } = runway({
    now: tx.now,
    topUp: row.top_up,
    credits,
    burnPerHour: burnOf,
  });
  const burnPerHour = burnOf.notebook + burnOf.container + burnOf.inference;
  return {
    currency: row.currency,
    currencyFixed: row.currency_fixed_at !== null,
    balances,
    total: balances.plans + balances.vouchers + balances.topUp,
    held: remaining(credits.filter((credit) => credit.services !== null)),
    available: (await fundsOf(tx, organizationId)).available,
    credits,
    burnPerHour,
    burnOf,
    ...(burnPerHour === 0n ? NOTHING_BURNS : { runsOutAt: total, runsOutFor: services }),
    chargedUntil: minuteStart(row.cursor_minute),
  };
}

// What then ends only by its expiry is told with the credit.
const NOTHING_BURNS = {
  runsOutAt: null,
  runsOutFor: { notebook: null, container: null, inference: null },
};

async function burnByService(tx: Tx, organizationId: string): Promise<Record<Service, bigint>> {
  const { rows } = await tx.client.query<{ service: Service; burn: bigint }>(
    `select service, sum(price_per_hour)::bigint as burn from usage_runs
     where organization_id = $1 and tick_until = ${OPEN} group by service`,
    [organizationId],
  );
  const burn = new Map(rows.map((row) => [row.service, row.burn]));
  const of = (service: Service) => burn.get(service) ?? 0n;
  return { notebook: of("notebook"), container: of("container"), inference: of("inference") };
}

function remaining(credits: WalletCredit[]): bigint {
  return credits.reduce((sum, credit) => sum + credit.remaining, 0n);
}
