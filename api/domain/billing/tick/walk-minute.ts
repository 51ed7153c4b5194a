import type { Service } from "@aifactory/sdk/policy";
import type { Tx } from "#db/tenant.ts";
import { book, type Posting } from "#domain/billing/ledger/book.ts";
import { addUsd } from "#domain/billing/limits/add-usd.ts";
import { CREDIT_ORDER } from "#domain/billing/credit/credit-order.ts";
import { drawCredits } from "#domain/billing/ledger/draw-credits.ts";
import type { Currency } from "#domain/billing/units/money.ts";
import { paymentPostings, type Charge } from "#domain/billing/ledger/payment-postings.ts";
import { insertShares } from "#domain/billing/ledger/run-shares.ts";
import type { RunKind } from "#domain/billing/runs/usage-run.ts";
import { pay, type Source } from "./walk.ts";

interface MinuteCharge extends Charge {
  organizationId: string;
  runId: string;
  currency: Currency;
  usd: bigint;
}

/**
 * Charges one minute of Organizations in which a credit runs out, run by run in the order of their start, then of their
 * id (BIL-2). Rare: it happens once in a credit's life.
 */
export async function walkMinute(
  tx: Tx,
  window: { shard: number; from: number; organizations: string[] },
): Promise<void> {
  const charges = await chargesOfMinute(tx, window);
  const sources = await sourcesOfMinute(tx, window);
  for (const [organizationId, own] of Map.groupBy(charges, (charge) => charge.organizationId)) {
    await walkOrganization(tx, window.from, own, sources.get(organizationId) ?? []);
  }
}

async function walkOrganization(
  tx: Tx,
  minute: number,
  charges: MinuteCharge[],
  sources: Source[],
): Promise<void> {
  const { organizationId, currency } = charges[0]!;
  const paid = charges.map((charge) => ({
    charge,
    shares: pay(sources, charge.service, charge.cost),
  }));
  const postings: Posting[] = paymentPostings(currency, paid);
  const booked = await book(tx, {
    organizationId,
    kind: "charge",
    fromMinute: minute,
    toMinute: minute + 1,
    postings,
  });
  await insertShares(tx, organizationId, booked, sharesOfSplitServices(minute, paid));
  await drawCredits(tx, postings);
  for (const [workspaceId, own] of Map.groupBy(charges, (charge) => charge.workspaceId)) {
    await addUsd(
      tx,
      organizationId,
      workspaceId,
      minute,
      own.reduce((sum, charge) => sum + charge.usd, 0n),
    );
  }
}

type Paid = { charge: MinuteCharge; shares: ReturnType<typeof pay> };

// Where a Service has one source, the posting says who paid. Where it changes, the order of the runs decided: written down.
function sharesOfSplitServices(minute: number, paid: Paid[]) {
  const sourcesOf = Map.groupBy(
    paid.flatMap(({ charge, shares }) =>
      shares.map(({ source }) => ({ service: charge.service, id: source?.id ?? null })),
    ),
    ({ service }) => service,
  );
  const isSplit = (service: Service) =>
    new Set(sourcesOf.get(service)?.map(({ id }) => id)).size > 1;
  return paid
    .filter(({ charge }) => isSplit(charge.service))
    .flatMap(({ charge, shares }) =>
      shares.map(({ source, amount }) => ({
        runId: charge.runId,
        fromMinute: minute,
        toMinute: minute + 1,
        creditId: source?.id ?? null,
        amount,
      })),
    );
}

async function chargesOfMinute(
  tx: Tx,
  window: { shard: number; from: number; organizations: string[] },
): Promise<MinuteCharge[]> {
  const { rows } = await tx.client.query<MinuteCharge & { kind: RunKind }>(
    `select organization_id as "organizationId", workspace_id as "workspaceId", service, kind, id as "runId", currency,
       run_cost(price_per_hour, $2 + 1 - first_minute) - run_cost(price_per_hour, $2 - first_minute) as cost,
       run_cost(price_usd_per_hour, $2 + 1 - first_minute) - run_cost(price_usd_per_hour, $2 - first_minute) as usd
     from usage_runs
     where shard = $1 and tick_until > $2 and tick_from <= $2 and organization_id = any ($3)
     order by organization_id, started_at, id`,
    [window.shard, window.from, window.organizations],
  );
  return rows;
}

async function sourcesOfMinute(
  tx: Tx,
  window: { shard: number; from: number; organizations: string[] },
): Promise<Map<string, Source[]>> {
  const { rows } = await tx.client.query<Source & { organizationId: string }>(
    `select c.organization_id as "organizationId", c.id, c.kind, c.services, c.remaining, false as lapsed,
       c.from_minute as "fromMinute", c.until_minute as "untilMinute"
     from credits c
     where c.shard = $1 and c.spendable and c.from_minute <= $2 and c.until_minute > $2
       and c.organization_id = any ($3)
     order by c.organization_id, ${CREDIT_ORDER}`,
    [window.shard, window.from, window.organizations],
  );
  return Map.groupBy(rows, (row) => row.organizationId);
}
