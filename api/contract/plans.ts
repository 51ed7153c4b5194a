import { z } from "@hono/zod-openapi";
import { money, moneyOut, page, pageQuery, timestamp } from "./common.ts";
import { idSchema } from "./ids.ts";
import { operation } from "./operation.ts";

const tag = "Billing";
const inOrganization = z.strictObject({ organizationId: idSchema("organization") });

const period = z
  .strictObject({ unit: z.enum(["day", "month", "year"]), count: z.number().int().min(1).max(100) })
  .openapi("PlanPeriod", {
    description: "Months are counted from the first period: the 31st becomes the last day.",
  });

const plan = z
  .object({
    id: idSchema("plan"),
    organizationId: idSchema("organization"),
    amount: moneyOut.openapi({ description: "Of each period, as granted." }),
    period,
    renews: z.boolean(),
    startsAt: timestamp(),
    cancelledAt: timestamp().nullable(),
    renewsAt: timestamp()
      .nullable()
      .openapi({ description: "The start of the next period to be granted; null: none." }),
    current: z
      .object({
        amount: moneyOut,
        remaining: moneyOut,
        startsAt: timestamp(),
        expiresAt: timestamp(),
      })
      .nullable()
      .openapi({ description: "The credit of the present period, in the Wallet's currency." }),
  })
  .openapi("Plan");

export const listPlans = operation("listPlans", {
  method: "get",
  path: "/v1/organizations/{organizationId}/plans",
  tag,
  summary: "List billing plans, with what is left of the present period",
  params: inOrganization,
  query: z.strictObject(pageQuery),
  response: page("PlanPage", plan),
});

export const grantPlan = operation("grantPlan", {
  method: "post",
  path: "/v1/operator/organizations/{organizationId}/plans",
  tag,
  summary: "Grant an Organization a billing plan (PAY-4)",
  params: inOrganization,
  body: z
    .strictObject({
      amount: money,
      period,
      renews: z.boolean().default(true),
      startsAt: timestamp().optional().openapi({ description: "Default: now." }),
    })
    .openapi("PlanRequest"),
  response: plan,
  status: 201,
});
export const listGrantedPlans = operation("listGrantedPlans", {
  method: "get",
  path: "/v1/operator/organizations/{organizationId}/plans",
  tag,
  summary: "List the billing plans of an Organization",
  params: inOrganization,
  query: z.strictObject(pageQuery),
  response: page("GrantedPlanPage", plan),
});
export const cancelPlan = operation("cancelPlan", {
  method: "post",
  path: "/v1/operator/plans/{planId}/cancel",
  tag,
  summary: "Renew a billing plan no more",
  description: "What has been granted can be spent until its period ends.",
  params: z.strictObject({ planId: idSchema("plan") }),
  response: plan,
});
