import { withTenant } from "#db/tenant.ts";
import {
  readInvoice,
  type Invoice,
  type InvoiceCharge,
  type LineMovement,
} from "#domain/billing/reading/invoice.ts";
import type { LineBalances } from "#domain/billing/reading/invoice-balance.ts";
import { minuteOf } from "#domain/billing/units/minute.ts";
import { formatMoney, type Currency } from "#domain/billing/units/money.ts";
import type { MovementLine } from "#domain/billing/reading/movement-lines.ts";
import type { ReadContext } from "#domain/context.ts";
import { publicId } from "#domain/ids.ts";
import { presentConversion } from "./present-entry.ts";

// Longer than any transaction that could still book something for a moment before it.
const SETTLED_MS = 3_600_000;

/**
 * The invoice of a UTC month (WAL-6, BIL-2): charges of its minutes, corrections and other movements booked in it,
 * opening and closing balance of each line.
 */
export async function getInvoice(
  { site, authorization: { target } }: ReadContext,
  { month }: { month: string },
) {
  const { organizationId } = target;
  const [year, index] = month.split("-").map(Number) as [number, number];
  const [from, to] = [new Date(Date.UTC(year, index - 1)), new Date(Date.UTC(year, index))];
  return withTenant(site.database, organizationId, async (tx) => {
    const range = { organizationId, from: minuteOf(from), to: minuteOf(to) };
    const invoice = await readInvoice(tx, range);
    const { rows } = await tx.client.query<{ name: string }>(
      "select name from organizations where id = $1",
      [organizationId],
    );
    return {
      organizationId: publicId("organization", organizationId),
      organizationName: rows[0]!.name,
      month,
      from: from.toISOString(),
      to: to.toISOString(),
      final: invoice.chargedUntil >= to && tx.now.getTime() >= to.getTime() + SETTLED_MS,
      opening: balances(invoice.opening),
      charges: invoice.charges.map(presentCharge),
      corrections: invoice.corrections.map((it) => ({ ...presentCharge(it), month: it.month! })),
      movements: invoice.movements.map(presentMovement),
      lines: linesOf(invoice),
      totals: totalsOf(invoice),
      closing: balances(invoice.closing),
    };
  });
}

function balances({ currency, plans, vouchers, topUp }: LineBalances) {
  return {
    plans: formatMoney(plans, currency),
    vouchers: formatMoney(vouchers, currency),
    topUp: formatMoney(topUp, currency),
    total: formatMoney(plans + vouchers + topUp, currency),
  };
}

function presentCharge({ workspaceId, workspaceName, service, kind, ...charge }: InvoiceCharge) {
  const amount = formatMoney(charge.amount, charge.currency);
  return { workspaceId: publicId("workspace", workspaceId), workspaceName, service, kind, amount };
}

function presentMovement(movement: MovementLine) {
  const { at, kind, source, voucherId, currency, amount, original } = movement;
  return {
    at: at.toISOString(),
    kind,
    source,
    voucherId: voucherId === null ? null : publicId("voucher", voucherId),
    amount: formatMoney(amount, currency),
    converted: presentConversion(original),
  };
}

const NAMES = ["plans", "vouchers", "topUp"] as const;

/** In each currency that the Wallet had in the month: a line's opening balance, what moved it, and its closing balance. */
function linesOf({ opening, closing, lines }: Invoice) {
  return currenciesOf(opening, closing, lines).flatMap((currency) =>
    NAMES.map((line) => {
      const moved = (kind: LineMovement["kind"]) => {
        const found = lines.find(
          (it) => it.line === line && it.currency === currency && it.kind === kind,
        );
        return formatMoney(found?.amount ?? 0n, currency);
      };
      const at = (balance: LineBalances) =>
        formatMoney(balance.currency === currency ? balance[line] : 0n, currency);
      return {
        line,
        opening: at(opening),
        granted: moved("grant"),
        charged: moved("charge"),
        corrected: moved("correction"),
        expired: moved("expiry"),
        converted: moved("conversion"),
        closing: at(closing),
      };
    }),
  );
}

function totalsOf({ opening, closing, lines, charges, corrections }: Invoice) {
  const sum = (items: InvoiceCharge[], currency: Currency) =>
    formatMoney(
      items
        .filter((item) => item.currency === currency)
        .reduce((total, { amount }) => total + amount, 0n),
      currency,
    );
  return currenciesOf(opening, closing, lines).map((currency) => ({
    charges: sum(charges, currency),
    corrections: sum(corrections, currency),
  }));
}

function currenciesOf(
  opening: LineBalances,
  closing: LineBalances,
  lines: LineMovement[],
): Currency[] {
  return [...new Set([opening.currency, ...lines.map((it) => it.currency), closing.currency])];
}
