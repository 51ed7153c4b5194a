import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import { allOperations } from "#contract/operations.ts";
import type { Grants } from "#domain/access/grants.ts";
import { PolicySets } from "#domain/audit/policy-sets.ts";
import { DomainError } from "#domain/errors.ts";
import type { Authenticator } from "#domain/principals/authenticate.ts";
import type { Site } from "#domain/site.ts";
import { LiveConnections } from "#http/live/live-connections.ts";
import type { Mounting } from "#http/mount.ts";
import { asProblem, problemResponse } from "#http/problem.ts";
import type { RequestEnv } from "#http/route-context.ts";
import { auditRoutes } from "./routes/audit.ts";
import { billingRoutes } from "./routes/billing.ts";
import { catalogueRoutes } from "./routes/catalogue.ts";
import { containerRoutes } from "./routes/containers.ts";
import { invitationRoutes } from "./routes/invitations.ts";
import { memberRoutes } from "./routes/members.ts";
import { notebookRoutes } from "./routes/notebooks.ts";
import { noticeRoutes } from "./routes/notices.ts";
import { operatorRoutes, type OperatorTools } from "./routes/operator.ts";
import { organizationRoutes } from "./routes/organizations.ts";
import { planRoutes } from "./routes/plans.ts";
import { policyRoutes } from "./routes/policies.ts";
import { principalRoutes } from "./routes/principals.ts";
import { quotaRoutes } from "./routes/quota.ts";
import { serviceRoutes } from "./routes/services.ts";
import { siteRoutes } from "./routes/site.ts";
import { templateRoutes } from "./routes/templates.ts";
import { volumeRoutes } from "./routes/volumes.ts";
import { workspaceRoutes } from "./routes/workspaces.ts";

export interface AppOptions {
  site: Site;
  grants: Grants;
  authenticator: Authenticator;
  operator: OperatorTools;
  /** Says whether the database answers and the worker runs. */
  ready: () => Promise<boolean>;
  onError: (error: unknown, requestId: string) => void;
  /** Whoever stops the server drains them. */
  live?: LiveConnections;
  publicUrl?: string | null;
}

/** The control plane's HTTP interface. Reads nothing from the environment and starts nothing. */
export function createApp(options: AppOptions): Hono<RequestEnv> {
  const app = new Hono<RequestEnv>();
  app.use(async (c, next) => {
    c.set("requestId", randomUUID());
    // Forwarded headers are for the operator's proxy to vouch for, not for callers.
    c.set("sourceAddress", c.env.incoming.socket.remoteAddress ?? null);
    await next();
  });
  app.onError((error, c) => {
    const requestId = c.get("requestId");
    return problemResponse(c, asProblem(error, requestId, options.onError), requestId);
  });
  app.notFound((c) =>
    problemResponse(c, unknownPath(c.req.method, c.req.path), c.get("requestId")),
  );

  const { live = new LiveConnections(), publicUrl = null } = options;
  const mounting: Mounting = { ...options, app, policySets: new PolicySets(), live, publicUrl };
  siteRoutes(mounting, options.ready);
  for (const routes of [
    principalRoutes,
    organizationRoutes,
    workspaceRoutes,
    serviceRoutes,
    memberRoutes,
    invitationRoutes,
    policyRoutes,
    quotaRoutes,
    catalogueRoutes,
    notebookRoutes,
    containerRoutes,
    templateRoutes,
    volumeRoutes,
    billingRoutes,
    planRoutes,
    noticeRoutes,
    auditRoutes,
  ]) {
    routes(mounting);
  }
  operatorRoutes(mounting, options.operator);
  return app;
}

function unknownPath(method: string, path: string): DomainError {
  const methods = allOperations()
    .filter((operation) =>
      new RegExp(`^${operation.path.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(path),
    )
    .map((operation) => operation.method.toUpperCase());
  if (methods.length > 0)
    return new DomainError(
      "method_not_allowed",
      `${method} is not possible here; use ${methods.join(", ")}.`,
    );
  return new DomainError(
    "not_found",
    `There is no ${path}. The API is described at /openapi.json and /docs.`,
  );
}
