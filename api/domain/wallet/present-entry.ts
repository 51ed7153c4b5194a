import type { EntryUse } from "#domain/billing/reading/uses-of-entries.ts";
import type { CreditEntry } from "#domain/billing/reading/list-credit-history.ts";
import { formatAmount, formatMoney, type Currency } from "#domain/billing/units/money.ts";
import { publicId } from "#domain/ids.ts";
import { explainSource } from "./explain-source.ts";

/** A movement of credit as the API shows it: what it moved, who paid for what, and what ran. */
export function presentEntry(entry: CreditEntry) {
  const { currency } = entry;
  const { plans, vouchers, topUp } = entry.balanceAfter;
  return {
    id: publicId("ledgerEntry", entry.id),
    at: entry.at.toISOString(),
    kind: entry.kind,
    amount: formatMoney(entry.amount, currency),
    balanceAfter: formatMoney(plans + vouchers + topUp, currency),
    description: describe(entry),
    lines: entry.lines.map((line) => ({
      workspaceId: publicId("workspace", line.workspaceId),
      service: line.service,
      kind: line.kind,
      source: line.source,
      voucherId: line.voucherId === null ? null : publicId("voucher", line.voucherId),
      creditId: line.creditId === null ? null : publicId("credit", line.creditId),
      reason: explainSource(line),
      converted: presentConversion(line.original),
      amount: formatMoney(line.amount, currency),
    })),
    resources: entry.uses.map((use) => presentUse(use, currency)),
    moreResources: entry.moreUses,
  };
}

/** What credit was granted as, where that was in another currency. */
export function presentConversion(
  original: { amount: bigint; currency: Currency; rate: string } | null,
) {
  if (original === null) return null;
  return { original: formatMoney(original.amount, original.currency), rate: original.rate };
}

function presentUse(use: EntryUse, currency: Currency) {
  return {
    runId: publicId("usageRun", use.runId),
    workspaceId: publicId("workspace", use.workspaceId),
    resourceId: subjectId(use),
    kind: use.kind,
    flavor: use.kind === "gpu" ? use.product : null,
    sizeGib: use.kind === "storage" ? use.quantity : null,
    pricePerHour: formatMoney(use.pricePerHour, use.currency),
    fromMinute: use.from.toISOString(),
    minutes: use.minutes,
    amount: formatMoney(use.amount, currency),
  };
}

/** GPU minutes are a notebook's or container's, storage a volume's. */
export function subjectId(use: Pick<EntryUse, "kind" | "service" | "subjectId">): string {
  if (use.kind === "storage") return publicId("volume", use.subjectId);
  return publicId(use.service === "notebook" ? "notebook" : "container", use.subjectId);
}

const SOURCES = { plan: "Plan credit", voucher: "Voucher", topUp: "Top-up" } as const;

function describe({ kind, minutes, credit, former, amount, currency }: CreditEntry): string {
  const source = credit === null ? "Credit" : SOURCES[credit.kind];
  switch (kind) {
    case "charge":
      return `Usage from ${minutes!.from.toISOString()} to ${minutes!.to.toISOString()}`;
    case "correction":
      return `Correction of usage from ${minutes!.from.toISOString()} to ${minutes!.to.toISOString()}`;
    case "expiry":
      return `${source} expired`;
    case "conversion":
      if (former === null) return `The Wallet's currency was fixed: ${currency}`;
      return `The Wallet's currency was fixed: ${formatAmount(former.amount)} ${former.currency} became ${formatAmount(amount)} ${currency}`;
    case "grant": {
      const original = credit?.original ?? null;
      if (original === null) return `${source} added`;
      return `${source} of ${formatAmount(original.amount)} ${original.currency} added at ${original.rate}`;
    }
  }
}
