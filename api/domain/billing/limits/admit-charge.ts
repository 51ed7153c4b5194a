import type { Service } from "@aifactory/sdk/policy";
import type { Tx } from "#db/tenant.ts";
import { DomainError } from "#domain/errors.ts";
import { AnnouncedError } from "#domain/notices/announced-error.ts";
import { fundsOf } from "#domain/billing/wallet/funds.ts";
import { formatMoney, type Currency, type Money } from "#domain/billing/units/money.ts";

/** What an hour is estimated for: a flavor, if any, and persistent storage. */
export interface HourlyUse {
  region: string;
  flavor: string | null;
  storageGib: number;
}

export interface ChargeRequest {
  organizationId: string;
  service: Service;
  /** The flavor and all storage that the resource has or asks for. */
  use: HourlyUse;
  /** The resource itself, where it exists: what it has been accepted for before is not counted beside it. */
  resourceId?: string;
  /** Micro-units in the Wallet's currency that an hour costs now. */
  hourlyCost: (use: HourlyUse, currency: Currency) => bigint;
  /** The refusal tells what is available; for the Owner only (RBAC-8). */
  showBalance: boolean;
}

/**
 * Throws `insufficient_balance` unless what the Service could spend, less an hour of every resource of it that was
 * accepted and does not run yet, is positive and covers an hour of what is asked for (BIL-4). The caller holds the
 * Organization's admission lock: requests at the same moment cannot spend the same hour.
 */
export async function admitCharge(tx: Tx, request: ChargeRequest): Promise<void> {
  const [{ currency, available: spendable }, accepted] = await Promise.all([
    fundsOf(tx, request.organizationId),
    acceptedNotRunning(tx, request),
  ]);
  const promised = accepted
    .map(({ use, count }) => request.hourlyCost(use, currency) * BigInt(count))
    .reduce((sum, cost) => sum + cost, 0n);
  const needed = request.hourlyCost(request.use, currency);
  const available = spendable[request.service] - promised;
  if (available > 0n && available >= needed) return;
  throw refusal(tx, request, {
    needed: formatMoney(needed, currency),
    available: formatMoney(available, currency),
  });
}

/** The Owner is told of it, once for a Service and UTC day; of the balance whoever was refused only as its Owner (RBAC-8). */
function refusal(
  tx: Tx,
  { organizationId, service, showBalance }: ChargeRequest,
  { needed, available }: { needed: Money; available: Money },
): AnnouncedError {
  const refused = new DomainError(
    "insufficient_balance",
    `The Wallet does not cover one hour of it. Top up, or redeem a voucher that fits the Service ${service}.`,
    { needed, ...(showBalance && { available, currency: available.currency }) },
  );
  const day = tx.now.toISOString().slice(0, 10);
  return new AnnouncedError(refused, {
    organizationId,
    kind: "lowBalance",
    cause: `lowBalance:${organizationId}:${service}:${day}`,
    audience: "owner",
    facts: { service, needed, available },
  });
}

/** Each use once, and of how many. */
async function acceptedNotRunning(
  tx: Tx,
  { organizationId, service, resourceId }: ChargeRequest,
): Promise<{ use: HourlyUse; count: number }[]> {
  const { rows } = await tx.client.query<HourlyUse & { count: number }>({
    name: "accepted, not running",
    text: `select r.region, r.flavor, v."storageGib", count(*)::integer as count
     from resources r
     cross join lateral (
       select coalesce(sum(size_gib), 0)::integer as "storageGib" from volumes
       where resource_id = r.id and desired_state = 'present'
     ) v
     where r.organization_id = $1 and r.kind = $2 and r.deleted_at is null and r.desired_state = 'running'
       and r.status <> 'RUNNING' and r.id is distinct from $3
     group by r.region, r.flavor, v."storageGib"`,
    values: [organizationId, service, resourceId ?? null],
  });
  return rows.map(({ count, ...use }) => ({ use, count }));
}
