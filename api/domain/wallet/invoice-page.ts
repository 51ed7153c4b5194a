import type { Money } from "#domain/billing/units/money.ts";
import type { getInvoice } from "./get-invoice.ts";

type Invoice = Awaited<ReturnType<typeof getInvoice>>;

const STYLE = `
  body { font: 14px/1.4 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; color: #111; }
  h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
  table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .25rem .5rem; }
  tr { border-bottom: 1px solid #ccc; break-inside: avoid; } thead { display: table-header-group; }
  .amount { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
  @media print { body { margin: 0; max-width: none; font-size: 10pt; } @page { margin: 2cm; } }`;

/** The invoice as a page to print: one document, no script, nothing loaded from elsewhere. */
export function invoicePage(invoice: Invoice): string {
  const { organizationName, month, final, totals } = invoice;
  const title = `Invoice ${month} – ${organizationName}`;
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${escape(title)}</title><style>${STYLE}</style></head>
<body>
<h1>${escape(title)}</h1>
<p>${escape(invoice.organizationId)} · ${invoice.from} to ${invoice.to} (UTC)${final ? "" : " · <strong>not final</strong>: the month is not over, or not charged to its end"}</p>
<h2>Charges</h2>
${table(
  ["Workspace", "Service", "Kind"],
  ["Amount"],
  invoice.charges.map((it) => [[it.workspaceName, it.service, it.kind], [it.amount]]),
)}
<p class="amount">Total: <strong>${totals.map((it) => amount(it.charges)).join(", ")}</strong></p>
${corrections(invoice)}
<h2>Credit</h2>
${table(
  ["Booked", "What", "Source"],
  ["Amount"],
  invoice.movements.map((it) => [[it.at, describe(it), it.voucherId ?? it.source], [it.amount]]),
)}
<h2>Balances</h2>
${table(
  ["Line"],
  ["Opening", "Granted", "Charged", "Corrected", "Expired", "Converted", "Closing"],
  invoice.lines.map((it) => [
    [it.line],
    [it.opening, it.granted, it.charged, it.corrected, it.expired, it.converted, it.closing],
  ]),
)}
<p class="amount">Opening balance ${amount(invoice.opening.total)}, closing balance <strong>${amount(invoice.closing.total)}</strong></p>
</body>
</html>
`;
}

function corrections({ corrections: items, totals }: Invoice): string {
  if (items.length === 0) return "";
  const rows = items.map((it): Row => [
    [it.workspaceName, it.service, it.kind, it.month],
    [it.amount],
  ]);
  return `<h2>Corrections booked in this month</h2>
${table(["Workspace", "Service", "Kind", "Of minutes in"], ["Amount"], rows)}
<p class="amount">Total: ${totals.map((it) => amount(it.corrections)).join(", ")}</p>`;
}

function describe({ kind, converted }: Invoice["movements"][number]): string {
  if (kind === "correction") return "expired credit that paid late minutes";
  if (converted === null) return kind;
  return `${kind}: ${amount(converted.original)} at ${converted.rate}`;
}

type Row = [texts: string[], amounts: Money[]];

function table(texts: string[], amounts: string[], rows: Row[]): string {
  if (rows.length === 0) return "<p>None.</p>";
  const head = [
    ...texts.map((text) => `<th>${escape(text)}</th>`),
    ...amounts.map((text) => `<th class="amount">${escape(text)}</th>`),
  ];
  const body = rows.map(
    ([cells, sums]) =>
      `<tr>${cells.map((cell) => `<td>${escape(cell)}</td>`).join("")}${sums
        .map((sum) => `<td class="amount">${amount(sum)}</td>`)
        .join("")}</tr>`,
  );
  return `<table><thead><tr>${head.join("")}</tr></thead><tbody>\n${body.join("\n")}\n</tbody></table>`;
}

const amount = ({ amount: value, currency }: Money): string => `${value} ${currency}`;

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character]!);
}
