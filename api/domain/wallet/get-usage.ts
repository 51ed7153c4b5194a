import { withTenant } from "#db/tenant.ts";
import { formatMoney, type Currency } from "#domain/billing/units/money.ts";
import { walletCurrency } from "#domain/billing/wallet/wallet-currency.ts";
import { readUsage, type Usage, type UsageGrouping } from "#domain/billing/reading/read-usage.ts";
import type { ReadContext } from "#domain/context.ts";
import { InputError } from "#domain/errors.ts";
import { publicId } from "#domain/ids.ts";

interface Query {
  from?: string | undefined;
  to?: string | undefined;
  groupBy: string;
}

/** What a Workspace, or all of an Organization, used in the minutes of a range; the current UTC month unless given. */
export async function getUsage({ site, authorization: { target } }: ReadContext, query: Query) {
  const { organizationId, workspaceId } = target;
  return withTenant(site.database, organizationId, async (tx) => {
    const range = rangeOf(tx.now, query);
    const grouping = groupingOf(query.groupBy);
    const usage = await readUsage(tx, { organizationId, workspaceId, ...range, grouping });
    const currency = await walletCurrency(tx, tx.organizationId);
    return {
      from: range.from.toISOString(),
      to: range.to.toISOString(),
      groupBy: query.groupBy,
      items: usage.map((item) => present(item, grouping)),
      total: formatMoney(totalIn(usage, currency), currency),
      totalUsd: formatMoney(
        usage.reduce((total, item) => total + item.amountUsd, 0n),
        "USD",
      ),
    };
  });
}

function rangeOf(now: Date, query: Query): { from: Date; to: Date } {
  const to = query.to === undefined ? now : new Date(query.to);
  const month = new Date(Date.UTC(to.getUTCFullYear(), to.getUTCMonth(), 1));
  const from = query.from === undefined ? month : new Date(query.from);
  if (from <= to) return { from, to };
  throw new InputError([
    { pointer: "?from", code: "out_of_range", message: "must not be after ?to" },
  ]);
}

const TAG = "tag:";

function groupingOf(groupBy: string): UsageGrouping {
  if (groupBy.startsWith(TAG)) return { by: "tag", key: groupBy.slice(TAG.length) };
  return { by: groupBy as Exclude<UsageGrouping["by"], "tag"> };
}

function present({ group, name, groupKind, kind, ...used }: Usage, { by }: UsageGrouping) {
  return {
    group: group === null ? null : idOf(group, by === "workspace" ? by : groupKind),
    name,
    kind,
    minutes: used.minutes,
    amount: formatMoney(used.amount, used.currency),
    amountUsd: formatMoney(used.amountUsd, "USD"),
  };
}

function idOf(group: string, kind: string | null): string {
  return kind === null ? group : publicId(kind as Parameters<typeof publicId>[0], group);
}

/** Items of a currency that the Wallet had before it was fixed do not add up with the others (WAL-4). */
function totalIn(usage: Usage[], currency: Currency): bigint {
  return usage
    .filter((item) => item.currency === currency)
    .reduce((total, item) => total + item.amount, 0n);
}
