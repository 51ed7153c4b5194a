import type { Service } from "@aifactory/sdk/policy";
import { admitCharge } from "#domain/billing/limits/admit-charge.ts";
import { hourlyCost } from "#domain/catalogue/hourly-cost.ts";
import type { ChangeContext } from "#domain/context.ts";
import type { ResourceView } from "./resource-view.ts";

interface Request {
  service: Service;
  region: string;
  storageGib: number;
  flavor?: string | null;
  current?: ResourceView | null;
}

/**
 * Refuses what the balance does not cover for an hour: storage, and a flavor where one is to run (BIL-4). Throws
 * `insufficient_balance`.
 */
export async function requireBalance(ctx: ChangeContext, request: Request): Promise<void> {
  const { tx, site, authorization } = ctx;
  const { service, region, storageGib, flavor = null, current = null } = request;
  await admitCharge(tx, {
    organizationId: tx.organizationId,
    service,
    use: { region, flavor, storageGib },
    ...(current === null ? {} : { resourceId: current.id }),
    hourlyCost: hourlyCost(site.catalogue, tx.now),
    showBalance: authorization.role === "Owner",
  });
}
