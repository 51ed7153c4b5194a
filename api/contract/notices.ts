import { z } from "@hono/zod-openapi";
import { moneyOut, page, pageQuery, service, timestamp } from "./common.ts";
import { idSchema } from "./ids.ts";
import { operation } from "./operation.ts";
import { inWorkspace } from "./workspaces.ts";

const facts = z
  .object({
    service: service.optional(),
    needed: moneyOut.optional(),
    available: moneyOut.optional(),
    stopped: z.number().int().optional(),
    warning: z.number().int().optional(),
    negativeSince: timestamp().optional(),
    deletesAt: timestamp().optional(),
    resources: z.number().int().optional(),
    volumes: z.number().int().optional(),
    alertId: idSchema("balanceAlert").optional(),
    threshold: moneyOut.optional(),
    total: moneyOut.optional(),
    percent: z.number().int().optional(),
    period: z.enum(["day", "month"]).optional(),
    limitUsd: z.string().optional(),
    spentUsd: z.string().optional(),
    resetsAt: timestamp().optional(),
    notebookId: idSchema("notebook").optional(),
    idleSince: timestamp().optional(),
    stopsAt: timestamp().optional(),
  })
  .openapi("NoticeFacts", {
    description:
      "`lowBalance`: service, needed, available. `stoppedForDebt`: service, stopped. `debtWarning`: service, warning (1 to 3, and on after outages), available, negativeSince, deletesAt. `deletedForDebt`: service, available, negativeSince, resources, volumes. `balanceAlert`: alertId, threshold, total. `quotaWarning`: percent, period, limitUsd, spentUsd, resetsAt. `idleWarning`: notebookId, idleSince, stopsAt.",
  });

const notice = z
  .object({
    id: idSchema("notice"),
    at: timestamp(),
    kind: z.enum([
      "lowBalance",
      "stoppedForDebt",
      "debtWarning",
      "deletedForDebt",
      "balanceAlert",
      "quotaWarning",
      "idleWarning",
    ]),
    workspaceId: idSchema("workspace").nullable(),
    subject: z.string(),
    text: z.string(),
    facts,
  })
  .openapi("Notice");

const tag = "Notices";
const notices = page("NoticePage", notice);
const query = z.strictObject(pageQuery);

export const listNotices = operation("listNotices", {
  method: "get",
  path: "/v1/organizations/{organizationId}/notices",
  tag,
  summary: "Every notice of the Organization, newest first",
  description:
    "Each cause is told once: here with the change that it is about, and by e-mail (AUD-3).",
  params: z.strictObject({ organizationId: idSchema("organization") }),
  query,
  response: notices,
});
export const listWorkspaceNotices = operation("listWorkspaceNotices", {
  method: "get",
  path: "/v1/workspaces/{workspaceId}/notices",
  tag,
  summary: "Notices for the Admins of a Workspace, newest first",
  description:
    "Of its spending and of notebooks that nobody uses; of balances only the Owner is told (RBAC-4).",
  params: inWorkspace,
  query,
  response: notices,
});
