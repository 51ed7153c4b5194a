import { minuteStart } from "#domain/billing/units/minute.ts";
import { formatAmount } from "#domain/billing/units/money.ts";
import type { MovementLine } from "#domain/billing/reading/movement-lines.ts";
import type { UsageLine } from "#domain/billing/reading/usage-lines.ts";
import { csvRow, verbatim } from "#domain/csv.ts";
import { publicId } from "#domain/ids.ts";
import { explainSource } from "./explain-source.ts";
import { subjectId } from "./present-entry.ts";

/** The columns of the credit history as CSV. Part of the API: new ones come at the end only. */
const COLUMNS = [
  "type",
  "day",
  "workspaceId",
  "workspaceName",
  "service",
  "resourceId",
  "resourceName",
  "kind",
  "product",
  "pricePerHour",
  "firstMinute",
  "lastMinute",
  "minutes",
  "source",
  "voucherId",
  "creditId",
  "reason",
  "amount",
  "corrected",
  "currency",
  "rate",
  "bookedAt",
  "balanceAfter",
] as const;

export const HEADER = csvRow(COLUMNS);

const amount = (micros: bigint) => verbatim(formatAmount(micros));
const day = (at: Date) => at.toISOString().slice(0, 10);
const voucher = (id: string | null) => (id === null ? null : publicId("voucher", id));
const credit = (id: string | null) => (id === null ? null : publicId("credit", id));

/** What a resource used on a day, negative: the Wallet lost it. */
export function usageRow(line: UsageLine): string {
  const from = minuteStart(line.fromMinute);
  return csvRow([
    "usage",
    day(from),
    publicId("workspace", line.workspaceId),
    line.workspaceName,
    line.service,
    subjectId(line),
    line.subjectName,
    line.kind,
    line.products.join(" "),
    line.prices.map(formatAmount).join(" "),
    from.toISOString(),
    minuteStart(line.toMinute - 1).toISOString(),
    line.minutes,
    line.source,
    voucher(line.voucherId),
    credit(line.creditId),
    explainSource(line),
    amount(-line.amount),
    amount(-line.corrected),
    line.currency,
    line.original?.rate ?? null,
    line.bookedAt.toISOString(),
    amount(line.balanceAfter),
  ]);
}

const TYPES = {
  grant: "grant",
  expiry: "expiry",
  conversion: "conversion",
  // Late minutes paid by credit that had expired: so much less of it has.
  correction: "expiry",
} as const;

/** What came or went otherwise. */
export function movementRow(line: MovementLine): string {
  const nothing = Array.from({ length: 11 }, () => null);
  const { original } = line;
  return csvRow([
    TYPES[line.kind],
    day(line.at),
    ...nothing,
    line.source,
    voucher(line.voucherId),
    credit(line.creditId),
    original && `${formatAmount(original.amount)} ${original.currency} at ${original.rate}`,
    amount(line.amount),
    amount(line.kind === "correction" ? line.amount : 0n),
    line.currency,
    original?.rate ?? null,
    line.at.toISOString(),
    amount(line.balanceAfter),
  ]);
}
