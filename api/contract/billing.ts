import { z } from "@hono/zod-openapi";
import { currency, money, moneyOut, page, pageQuery, service, timestamp } from "./common.ts";
import { idSchema } from "./ids.ts";
import { operation } from "./operation.ts";
import { inWorkspace } from "./workspaces.ts";

const inOrganization = z.strictObject({ organizationId: idSchema("organization") });
const tag = "Billing";

const source = z.enum(["plan", "voucher", "topUp"]);

const conversion = z.object({ original: moneyOut, rate: z.string() }).openapi("CreditConversion", {
  description: "Credit that was granted in another currency: that, and the rate used (WAL-4).",
});

const walletCredit = z
  .object({
    id: idSchema("credit"),
    kind: z.enum(["plan", "voucher"]),
    voucherId: idSchema("voucher").nullable(),
    amount: moneyOut,
    remaining: moneyOut,
    services: z
      .array(service)
      .nullable()
      .openapi({ description: "What it may pay for; null: everything." }),
    startsAt: timestamp(),
    expiresAt: timestamp().nullable(),
    converted: conversion.nullable(),
  })
  .openapi("WalletCredit");

const serviceRunway = z
  .object({ burnPerHour: moneyOut, runsOutAt: timestamp().nullable() })
  .openapi("ServiceRunway");

const wallet = z
  .object({
    organizationId: idSchema("organization"),
    currency,
    currencyFixed: z
      .boolean()
      .openapi({ description: "Fixed by the first settled top-up (WAL-4)." }),
    balances: z.object({ plans: moneyOut, vouchers: moneyOut, topUp: moneyOut }),
    total: moneyOut,
    held: moneyOut.openapi({
      description: "The part of the total that only certain Services may spend.",
    }),
    available: z
      .object({ notebook: moneyOut, container: moneyOut, inference: moneyOut })
      .openapi({ description: "What each Service could spend (BIL-8)." }),
    credits: z.array(walletCredit).openapi({
      description: "Plan credit and vouchers with something left, in the order of consumption.",
    }),
    burnPerHour: moneyOut,
    runsOutAt: timestamp().nullable().openapi({
      description: "When the total reaches zero at this rate, expiries included (WAL-7).",
    }),
    services: z
      .object({ notebook: serviceRunway, container: serviceRunway, inference: serviceRunway })
      .openapi({ description: "What each Service burns, and when it could spend nothing more." }),
    chargedUntil: timestamp().openapi({ description: "Minutes before this one are charged." }),
  })
  .openapi("Wallet");

const chargeLine = z
  .object({
    workspaceId: idSchema("workspace"),
    service,
    kind: z.enum(["gpu", "storage"]),
    source,
    voucherId: idSchema("voucher").nullable(),
    creditId: idSchema("credit")
      .nullable()
      .openapi({ description: "Null: top-up, which is pooled." }),
    reason: z
      .string()
      .openapi({ description: "Why this source paid and no other (WAL-1, WAL-2)." }),
    converted: conversion.nullable(),
    amount: moneyOut,
  })
  .openapi("ChargeLine");

const chargedResource = z
  .object({
    runId: idSchema("usageRun"),
    workspaceId: idSchema("workspace"),
    resourceId: z.string().openapi({ description: "Of the notebook, container or volume." }),
    kind: z.enum(["gpu", "storage"]),
    flavor: z.string().nullable(),
    sizeGib: z.number().int().nullable(),
    pricePerHour: moneyOut,
    fromMinute: timestamp(),
    minutes: z.number().int(),
    amount: moneyOut,
  })
  .openapi("ChargedResource", {
    description: "The minutes of one usage run that this entry charges: F(to) − F(from) (BIL-2).",
  });

const entryKind = z.enum(["grant", "charge", "correction", "expiry", "conversion"]);

const creditEntry = z
  .object({
    id: idSchema("ledgerEntry"),
    at: timestamp(),
    kind: entryKind,
    amount: moneyOut.openapi({ description: "What it moved: positive grants, negative charges." }),
    balanceAfter: moneyOut,
    description: z.string(),
    lines: z.array(chargeLine),
    resources: z
      .array(chargedResource)
      .openapi({ description: "At most 100; ask with a filter for others." }),
    moreResources: z.boolean(),
  })
  .openapi("CreditEntry");

export const getWallet = operation("getWallet", {
  method: "get",
  path: "/v1/organizations/{organizationId}/wallet",
  tag,
  summary: "Read the Wallet",
  params: inOrganization,
  response: wallet,
});
const historyFilter = {
  from: timestamp().optional(),
  to: timestamp().optional(),
  workspaceId: idSchema("workspace").optional(),
  service: service.optional(),
  resourceId: idSchema("notebook", "container", "volume").optional().openapi({
    description: "A notebook or container with the storage it had, or a volume.",
  }),
  source: source.optional(),
  voucherId: idSchema("voucher").optional(),
};

export const listCreditHistory = operation("listCreditHistory", {
  method: "get",
  path: "/v1/organizations/{organizationId}/credit-history",
  tag,
  summary: "Every movement of credit, newest first",
  params: inOrganization,
  query: z
    .strictObject({ ...pageQuery, ...historyFilter, kind: entryKind.optional() })
    .openapi("CreditHistoryQuery"),
  response: page("CreditHistoryPage", creditEntry),
});

const CSV = `UTF-8, RFC 4180, with a header line. Amounts are exact decimals in the line's currency, positive where the Wallet
gained; together they are its total. Columns, of which new ones will come at the end:

- \`type\`: \`usage\`, \`grant\`, \`expiry\` or \`conversion\`
- \`day\`: UTC day of the charged minutes, or of the booking
- \`workspaceId\`, \`workspaceName\`, \`service\`, \`resourceId\`, \`resourceName\`, \`kind\` (\`gpu\`, \`storage\`), \`product\`,
  \`pricePerHour\`, \`firstMinute\`, \`lastMinute\`, \`minutes\`: what ran; several products or prices of a day are
  separated by blanks. Empty for other movements
- \`source\` (\`plan\`, \`voucher\`, \`topUp\`), \`voucherId\`, \`creditId\`, \`reason\`: who paid and why, or what was granted
- \`amount\`; \`corrected\`: the part of it that corrections booked
- \`currency\`, \`rate\`: of credit that was granted in another currency
- \`bookedAt\`, \`balanceAfter\`: the latest entry that moved the line, and the Wallet's total after it

A text that a spreadsheet would take for a formula is preceded by an apostrophe.`;

export const exportCreditHistory = operation("exportCreditHistory", {
  method: "get",
  path: "/v1/organizations/{organizationId}/credit-history.csv",
  tag,
  summary: "The credit history as CSV: a line for each resource, source and UTC day",
  description: CSV,
  params: inOrganization,
  query: z.strictObject(historyFilter).openapi("CreditHistoryExportQuery"),
  response: z.string(),
  produces: ["text/csv"],
});

const lineBalances = z.object({
  plans: moneyOut,
  vouchers: moneyOut,
  topUp: moneyOut,
  total: moneyOut,
});

const invoiceCharge = z.object({
  workspaceId: idSchema("workspace"),
  workspaceName: z.string(),
  service,
  kind: z.enum(["gpu", "storage"]),
  amount: moneyOut,
});

const month = () =>
  z
    .string()
    .regex(/^2[01][0-9]{2}-(0[1-9]|1[0-2])$/, 'must be a month such as "2026-11"')
    .openapi({ example: "2026-11" });

const invoice = z
  .object({
    organizationId: idSchema("organization"),
    organizationName: z.string(),
    month: z.string(),
    from: timestamp(),
    to: timestamp(),
    final: z.boolean().openapi({ description: "Nothing can be added to it any more." }),
    opening: lineBalances,
    charges: z
      .array(invoiceCharge)
      .openapi({ description: "Of the minutes of the month (UTC), whenever they were booked." }),
    corrections: z.array(invoiceCharge.extend({ month: z.string() })).openapi({
      description:
        "Booked in the month; `month` is that of the minutes, which may be an earlier one.",
    }),
    movements: z.array(
      z.object({
        at: timestamp(),
        kind: z.enum(["grant", "expiry", "conversion", "correction"]),
        source,
        voucherId: idSchema("voucher").nullable(),
        amount: moneyOut,
        converted: conversion.nullable(),
      }),
    ),
    lines: z
      .array(
        z.object({
          line: z.enum(["plans", "vouchers", "topUp"]),
          opening: moneyOut,
          granted: moneyOut,
          charged: moneyOut,
          corrected: moneyOut,
          expired: moneyOut,
          converted: moneyOut,
          closing: moneyOut,
        }),
      )
      .openapi({
        description:
          "Of each line, in each currency that it had: the opening balance and what moved it are the closing balance.",
      }),
    totals: z
      .array(z.object({ charges: moneyOut, corrections: moneyOut }))
      .openapi({ description: "In each currency." }),
    closing: lineBalances,
  })
  .openapi("Invoice");

export const getInvoice = operation("getInvoice", {
  method: "get",
  path: "/v1/organizations/{organizationId}/invoice",
  tag,
  summary: "The invoice of a month",
  description:
    "As JSON, or as a page to print: by `format=html`, or where `Accept` names `text/html` and not JSON. A charge belongs to the month of its minutes (UTC), everything else to the month it was booked in.",
  params: inOrganization,
  query: z
    .strictObject({ month: month(), format: z.enum(["json", "html"]).optional() })
    .openapi("InvoiceQuery"),
  response: invoice,
  produces: ["application/json", "text/html"],
});

const voucher = z
  .object({
    id: idSchema("voucher"),
    amount: moneyOut,
    remaining: moneyOut,
    services: z
      .array(service)
      .nullable()
      .openapi({ description: "What it may pay for; null: everything." }),
    redeemedAt: timestamp(),
    expiresAt: timestamp(),
  })
  .openapi("Voucher");

export const redeemVoucher = operation("redeemVoucher", {
  method: "post",
  path: "/v1/organizations/{organizationId}/vouchers/redeem",
  tag,
  summary: "Redeem a voucher code",
  params: inOrganization,
  body: z
    .strictObject({
      code: z
        .string()
        .max(64)
        .regex(/^[A-Z0-9]{10}$/, "must be 10 capital letters and digits"),
    })
    .openapi("RedeemRequest"),
  response: voucher,
});
export const listVouchers = operation("listVouchers", {
  method: "get",
  path: "/v1/organizations/{organizationId}/vouchers",
  tag,
  summary: "List redeemed vouchers",
  params: inOrganization,
  query: z.strictObject(pageQuery),
  response: page("VoucherPage", voucher),
});

const usage = z
  .object({
    from: timestamp(),
    to: timestamp(),
    groupBy: z.string(),
    items: z.array(
      z.object({
        group: z.string().nullable().openapi({
          description: "An id, a Service, a UTC day, or a tag’s value; null: without that tag.",
        }),
        name: z.string().nullable().openapi({ description: "Of a Workspace, resource or member." }),
        kind: z.enum(["gpu", "storage"]),
        minutes: z.number().int(),
        amount: moneyOut,
        amountUsd: moneyOut,
      }),
    ),
    total: moneyOut.openapi({ description: "In the Wallet’s currency." }),
    totalUsd: moneyOut.openapi({
      description: "At the catalogue’s prices in USD, as a Quota counts.",
    }),
  })
  .openapi("Usage");

const TAG_KEY = "tag:[A-Za-z0-9][A-Za-z0-9._/-]{0,62}";

/** What usage may be summed by, the default first. */
const groupBy = (first: string, ...further: string[]) =>
  z
    .string()
    .max(67)
    .regex(
      new RegExp(`^(${[first, ...further].join("|")}|${TAG_KEY})$`),
      `must be ${[first, ...further].join(", ")} or tag:KEY`,
    )
    .default(first)
    .openapi({ example: first });

const usageDescription =
  "Minutes that begin in the range, as far as they are charged; the current UTC month unless given. Deleted resources count. By `tag:KEY` go the tags that a resource has now or had last; home volumes and inline disks go by their resource’s. `member` is who owns the resource.";

export const getWorkspaceUsage = operation("getWorkspaceUsage", {
  method: "get",
  path: "/v1/workspaces/{workspaceId}/usage",
  tag,
  summary: "What a Workspace used and what it cost",
  description: usageDescription,
  params: inWorkspace,
  query: z
    .strictObject({
      from: timestamp().optional(),
      to: timestamp().optional(),
      groupBy: groupBy("resource", "service", "member", "day"),
    })
    .openapi("UsageQuery"),
  response: usage,
});

export const getOrganizationUsage = operation("getOrganizationUsage", {
  method: "get",
  path: "/v1/organizations/{organizationId}/usage",
  tag,
  summary: "What all Workspaces used and what it cost",
  description: usageDescription,
  params: inOrganization,
  query: z
    .strictObject({
      from: timestamp().optional(),
      to: timestamp().optional(),
      groupBy: groupBy("workspace", "resource", "service", "member", "day"),
    })
    .openapi("OrganizationUsageQuery"),
  response: usage,
});

const issuedVoucher = z
  .object({
    id: idSchema("voucher"),
    code: z.string(),
    amount: moneyOut,
    services: z.array(service).nullable(),
    expiresAt: timestamp(),
  })
  .openapi("IssuedVoucher");

export const issueVoucher = operation("issueVoucher", {
  method: "post",
  path: "/v1/operator/vouchers",
  tag: "Operator",
  summary: "Issue a voucher code (PAY-4)",
  body: z
    .strictObject({
      amount: money,
      expiresAt: timestamp(),
      services: z.array(service).min(1).max(3).optional(),
    })
    .openapi("VoucherRequest"),
  response: issuedVoucher,
  status: 201,
});
