import { inArray } from "drizzle-orm";
import { resources, volumes } from "#db/schema/resources.ts";
import { withTenant, type TenantTx } from "#db/tenant.ts";
import { formatMoney, type Currency } from "#domain/billing/money.ts";
import { usageOfWorkspace, type Usage } from "#domain/billing/usage-of-workspace.ts";
import { walletView } from "#domain/billing/wallet-view.ts";
import type { ReadContext } from "#domain/context.ts";
import { InputError } from "#domain/errors.ts";
import { subjectId } from "./present-entry.ts";

interface Query {
  from?: string | undefined;
  to?: string | undefined;
}

/** What a Workspace used in the minutes of a range, by resource; the current UTC month unless given. */
export async function getWorkspaceUsage(
  { site, authorization: { target } }: ReadContext,
  query: Query,
) {
  const { organizationId } = target;
  return withTenant(site.database, organizationId, async (tx) => {
    const to = query.to === undefined ? tx.now : new Date(query.to);
    const from = query.from === undefined ? monthStart(to) : new Date(query.from);
    if (from > to) {
      throw new InputError([
        { pointer: "?from", code: "out_of_range", message: "must not be after ?to" },
      ]);
    }
    const usage = await usageOfWorkspace(tx, { organizationId, workspaceId: target.id, from, to });
    const { currency } = await walletView(tx, organizationId);
    const names = await namesOf(tx, usage);
    return {
      from: from.toISOString(),
      to: to.toISOString(),
      items: usage.map((item) => present(item, names.get(item.subjectId) ?? "")),
      total: formatMoney(sum(usage, currency), currency),
      totalUsd: formatMoney(
        usage.reduce((total, item) => total + item.amountUsd, 0n),
        "USD",
      ),
    };
  });
}

function present(item: Usage, name: string) {
  return {
    resourceId: subjectId(item),
    name,
    service: item.service,
    kind: item.kind,
    minutes: item.minutes,
    amount: formatMoney(item.amount, item.currency),
    amountUsd: formatMoney(item.amountUsd, "USD"),
  };
}

/** Items of a currency that the Wallet had before it was fixed do not add up with the others (WAL-4). */
function sum(usage: Usage[], currency: Currency): bigint {
  return usage
    .filter((item) => item.currency === currency)
    .reduce((total, item) => total + item.amount, 0n);
}

async function namesOf(tx: TenantTx, usage: Usage[]): Promise<Map<string, string>> {
  const ids = [...new Set(usage.map((item) => item.subjectId))];
  if (ids.length === 0) return new Map();
  const ofResources = await tx.db
    .select({ id: resources.id, name: resources.name })
    .from(resources)
    .where(inArray(resources.id, ids));
  const ofVolumes = await tx.db
    .select({ id: volumes.id, name: volumes.name })
    .from(volumes)
    .where(inArray(volumes.id, ids));
  return new Map([...ofResources, ...ofVolumes].map(({ id, name }) => [id, name]));
}

function monthStart(at: Date): Date {
  return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1));
}
