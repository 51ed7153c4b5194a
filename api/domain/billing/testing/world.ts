import { openRun } from "#domain/billing/runs/open-run.ts";
import { drizzle } from "drizzle-orm/node-postgres";
import type { Service } from "@aifactory/sdk/policy";
import type { Database } from "#db/database.ts";
import type { Tx } from "#db/tenant.ts";
import { inTransaction } from "#db/transaction.ts";
import { newId } from "#domain/ids.ts";
import { createWallet } from "#domain/billing/wallet/create-wallet.ts";
import { MINUTE_MS } from "#domain/billing/units/minute.ts";
import type { Currency } from "#domain/billing/units/money.ts";
import { tickShard } from "#domain/billing/tick/tick-shard.ts";
import type { NewRun } from "#domain/billing/runs/usage-run.ts";
import { fixedRates } from "#domain/billing/currency/convert.ts";

export interface TestOrganization {
  organizationId: string;
  shard: number;
  currency: Currency;
  workspaceIds: string[];
}

const PER_USD = { USD: 1_000_000n, VND: 25_400_000_000n, JPY: 155_000_000n };
export const RATES = fixedRates(PER_USD);

/** Makes them the site's. */
export async function setRates(database: Database): Promise<void> {
  await database.pool.query(
    "insert into exchange_rates (effective_from, vnd, jpy) values ('epoch', $1, $2) on conflict do nothing",
    [PER_USD.VND, PER_USD.JPY],
  );
}

/** A transaction at a moment of the test's choosing. */
export async function at<T>(
  database: Database,
  now: Date | string,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  return inTransaction(database.pool, "begin", (client, _, send) =>
    work({ db: drizzle(client), client, send, now: new Date(now) }),
  );
}

/** Charges the shard up to a moment. */
export const tickAt = (database: Database, shard: number, now: Date | string) =>
  at(database, now, (tx) => tickShard(tx, shard));

/** Says that everything before a moment has been charged. */
export async function setCursor(
  database: Database,
  shard: number,
  now: Date | string,
): Promise<void> {
  await database.pool.query("update shard_cursors set cursor_minute = $2 where shard = $1", [
    shard,
    Math.floor(new Date(now).getTime() / MINUTE_MS),
  ]);
}

/** An Organization with its Wallet, and Workspaces. */
export async function createOrganization(
  database: Database,
  options: { now: Date | string; shard?: number; currency?: Currency; workspaces?: number },
): Promise<TestOrganization> {
  const organizationId = newId();
  const [shard, currency] = [options.shard ?? 0, options.currency ?? "USD"];
  const workspaceIds = Array.from({ length: options.workspaces ?? 1 }, () => newId());
  await at(database, options.now, async (tx) => {
    const ownerId = newId();
    await tx.client.query(
      `insert into principals (id, kind, issuer, subject, name, created_at) values ($1, 'user', 'test', $2, 'Owner', $3)`,
      [ownerId, ownerId, tx.now],
    );
    await tx.client.query(
      "insert into organizations (id, name, owner_id, shard, created_at) values ($1, $2, $3, $4, $5)",
      [organizationId, organizationId, ownerId, shard, tx.now],
    );
    await createWallet(tx, { organizationId, shard, currency });
    for (const id of workspaceIds) {
      await tx.client.query(
        "insert into workspaces (id, organization_id, name, created_at) values ($1, $2, $3, $4)",
        [id, organizationId, id, tx.now],
      );
    }
  });
  return { organizationId, shard, currency, workspaceIds };
}

/** A GPU run of the Organization's first Workspace, with what the test leaves out filled in. */
export function gpuRun(
  organization: TestOrganization,
  run: { resourceId: string; startedAt: Date | string; pricePerHour: bigint } & Partial<
    Omit<NewRun, "startedAt">
  >,
): NewRun {
  return {
    organizationId: organization.organizationId,
    workspaceId: organization.workspaceIds[0]!,
    shard: organization.shard,
    service: "notebook" as Service,
    kind: "gpu",
    volumeId: null,
    region: "hanoi",
    product: "h100-1",
    quantity: 1,
    currency: organization.currency,
    priceUsdPerHour: run.pricePerHour,
    ...run,
    startedAt: new Date(run.startedAt),
  };
}

/** A price of the site: micro-units per hour of a flavor, or of a GiB in a region, from the start of a minute on. */
export async function setPrice(
  tx: Tx,
  price: {
    kind: "gpu" | "storage";
    item: string;
    minute: number;
    prices: Record<Currency, bigint>;
  },
): Promise<void> {
  const { kind, item, minute, prices } = price;
  await tx.client.query(
    `insert into prices (kind, item, effective_minute, vnd, usd, jpy) values ($1, $2, $3, $4, $5, $6)
     on conflict (kind, item, effective_minute) do update set vnd = excluded.vnd, usd = excluded.usd, jpy = excluded.jpy`,
    [kind, item, minute, prices.VND, prices.USD, prices.JPY],
  );
}

/** Opens a run as the worker does, at a price of the test's own. */
export async function reportRun(tx: Tx, run: NewRun): Promise<void> {
  await openRun(tx, run, () => run);
}
