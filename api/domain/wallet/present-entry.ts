import type { EntryUse } from "#domain/billing/uses-of-entries.ts";
import type { CreditEntry } from "#domain/billing/list-credit-history.ts";
import { formatAmount, formatMoney, type Currency } from "#domain/billing/money.ts";
import { publicId } from "#domain/ids.ts";

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
      amount: formatMoney(line.amount, currency),
    })),
    resources: entry.uses.map((use) => presentUse(use, currency)),
  };
}

function presentUse(use: EntryUse, currency: Currency) {
  return {
    resourceId: subjectId(use),
    kind: use.kind,
    flavor: use.kind === "gpu" ? use.product : null,
    sizeGib: use.kind === "storage" ? use.quantity : null,
    pricePerHour: formatMoney(use.pricePerHour, currency),
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

function describe({ kind, minutes, credit }: CreditEntry): string {
  const source = credit === null ? "Credit" : SOURCES[credit.kind];
  switch (kind) {
    case "charge":
      return `Usage from ${minutes!.from.toISOString()} to ${minutes!.to.toISOString()}`;
    case "correction":
      return `Correction of usage from ${minutes!.from.toISOString()} to ${minutes!.to.toISOString()}`;
    case "expiry":
      return `${source} expired`;
    case "conversion":
      return "The Wallet's currency was fixed";
    case "grant": {
      const original = credit?.original ?? null;
      if (original === null) return `${source} added`;
      return `${source} of ${formatAmount(original.amount)} ${original.currency} added at ${original.rate}`;
    }
  }
}
