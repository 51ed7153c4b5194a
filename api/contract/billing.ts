import { z } from "@hono/zod-openapi";
import { currency, money, moneyOut, page, pageQuery, service, timestamp } from "./common.ts";
import { idSchema } from "./ids.ts";
import { operation } from "./operation.ts";
import { inWorkspace } from "./workspaces.ts";

const inOrganization = z.strictObject({ organizationId: idSchema("organization") });
const tag = "Billing";

const wallet = z
  .object({
    organizationId: idSchema("organization"),
    currency,
    currencyFixed: z
      .boolean()
      .openapi({ description: "Fixed by the first settled top-up (WAL-4)." }),
    balances: z.object({ plans: moneyOut, vouchers: moneyOut, topUp: moneyOut }),
    total: moneyOut,
    available: z
      .object({ notebook: moneyOut, container: moneyOut, inference: moneyOut })
      .openapi({ description: "What each Service could spend (BIL-8)." }),
    burnPerHour: moneyOut,
    runsOutAt: timestamp()
      .nullable()
      .openapi({ description: "When the total reaches zero at this rate (WAL-7)." }),
    chargedUntil: timestamp().openapi({ description: "Minutes before this one are charged." }),
  })
  .openapi("Wallet");

const chargeLine = z
  .object({
    workspaceId: idSchema("workspace"),
    service,
    kind: z.enum(["gpu", "storage"]),
    source: z.enum(["plan", "voucher", "topUp"]),
    voucherId: idSchema("voucher").nullable(),
    amount: moneyOut,
  })
  .openapi("ChargeLine");

const chargedResource = z
  .object({
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

const creditEntry = z
  .object({
    id: idSchema("ledgerEntry"),
    at: timestamp(),
    kind: z.enum(["grant", "charge", "correction", "expiry", "conversion"]),
    amount: moneyOut.openapi({ description: "What it moved: positive grants, negative charges." }),
    balanceAfter: moneyOut,
    description: z.string(),
    lines: z.array(chargeLine),
    resources: z.array(chargedResource),
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
export const listCreditHistory = operation("listCreditHistory", {
  method: "get",
  path: "/v1/organizations/{organizationId}/credit-history",
  tag,
  summary: "Every movement of credit, newest first",
  params: inOrganization,
  query: z.strictObject(pageQuery),
  response: page("CreditHistoryPage", creditEntry),
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
    items: z.array(
      z.object({
        resourceId: z.string(),
        name: z.string(),
        service,
        kind: z.enum(["gpu", "storage"]),
        minutes: z.number().int(),
        amount: moneyOut,
        amountUsd: moneyOut,
      }),
    ),
    total: moneyOut,
    totalUsd: moneyOut,
  })
  .openapi("Usage");

export const getWorkspaceUsage = operation("getWorkspaceUsage", {
  method: "get",
  path: "/v1/workspaces/{workspaceId}/usage",
  tag,
  summary: "What a Workspace used and what it cost",
  params: inWorkspace,
  query: z
    .strictObject({ from: timestamp().optional(), to: timestamp().optional() })
    .openapi("UsageQuery"),
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
