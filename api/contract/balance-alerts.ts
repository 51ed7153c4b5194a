import { z } from "@hono/zod-openapi";
import { money, moneyOut, page, pageQuery, timestamp } from "./common.ts";
import { idSchema } from "./ids.ts";
import { operation } from "./operation.ts";

const alert = z
  .object({
    id: idSchema("balanceAlert"),
    threshold: moneyOut,
    recipients: z.array(z.string()),
    armed: z.boolean().openapi({
      description: "The next fall of the total below the threshold is told.",
    }),
    revision: z.number().int(),
    createdAt: timestamp(),
  })
  .openapi("BalanceAlert");

const request = z
  .strictObject({
    threshold: money.openapi({ description: "In the Wallet's currency." }),
    recipients: z
      .array(z.email().max(254))
      .min(1)
      .max(10)
      .openapi({ description: "Anybody's addresses; each is told once." }),
  })
  .openapi("BalanceAlertRequest");

const inOrganization = z.strictObject({ organizationId: idSchema("organization") });
const one = inOrganization.extend({ alertId: idSchema("balanceAlert") });
const all = "/v1/organizations/{organizationId}/balance-alerts";
const path = "/v1/organizations/{organizationId}/balance-alerts/{alertId}";
const tag = "Billing";

export const createBalanceAlert = operation("createBalanceAlert", {
  method: "post",
  path: all,
  tag,
  summary: "Have people told when the Wallet's total falls below a threshold",
  description:
    "Each fall is told once (BIL-7). A total that is below it already has not fallen: the alert is armed once it is reached.",
  params: inOrganization,
  body: request,
  response: alert,
  status: 201,
});
export const listBalanceAlerts = operation("listBalanceAlerts", {
  method: "get",
  path: all,
  tag,
  summary: "List balance alerts",
  params: inOrganization,
  query: z.strictObject(pageQuery),
  response: page("BalanceAlertPage", alert),
});
export const getBalanceAlert = operation("getBalanceAlert", {
  method: "get",
  path,
  tag,
  summary: "Read a balance alert",
  params: one,
  response: alert,
  revisioned: true,
});
export const putBalanceAlert = operation("putBalanceAlert", {
  method: "put",
  path,
  tag,
  summary: "Edit a balance alert",
  params: one,
  body: request,
  response: alert,
  revisioned: true,
});
export const deleteBalanceAlert = operation("deleteBalanceAlert", {
  method: "delete",
  path,
  tag,
  summary: "Delete a balance alert",
  params: one,
});
