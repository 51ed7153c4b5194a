import { and, desc, eq, inArray, lt, sql } from "drizzle-orm";
import { auditEvents } from "#db/schema/audit.ts";
import type { Standing } from "#domain/access/grants.ts";
import type { ReadContext } from "#domain/context.ts";
import { keyOf } from "#domain/ids.ts";
import { cursorKey, pageOf, type PageQuery } from "#domain/page.ts";
import { administeredBy } from "./administered-by.ts";
import { presentAuditEvent } from "./present-audit-event.ts";

interface Query extends PageQuery {
  workspaceId?: string | undefined;
  outcome?: "SUCCESS" | "FAILED" | undefined;
  action?: string | undefined;
}

/**
 * The audit log, newest first: all of it for the Owner, for an Admin the scopes Workspace and Service of the Workspaces
 * where they are Admin (RBAC-5).
 */
export async function listAuditEvents(
  { site, authorization: { standing, target } }: ReadContext,
  query: Query,
) {
  const before = cursorKey(query);
  const { workspaceId, outcome, action } = query;
  const rows = await site.database.read
    .select()
    .from(auditEvents)
    .where(
      and(
        eq(auditEvents.organizationId, target.organizationId),
        visibleTo(standing),
        workspaceId === undefined ? undefined : eq(auditEvents.workspaceId, keyOf(workspaceId)),
        outcome === undefined ? undefined : eq(auditEvents.outcome, outcome),
        action === undefined ? undefined : eq(auditEvents.action, action),
        before === null ? undefined : lt(auditEvents.id, before),
      ),
    )
    .orderBy(desc(auditEvents.id))
    .limit(query.limit + 1);
  return pageOf(rows, query, (row) => row.id, presentAuditEvent);
}

function visibleTo(standing: Standing) {
  const administered = administeredBy(standing);
  if (administered === "all") return undefined;
  if (administered.length === 0) return sql`false`;
  return and(
    inArray(auditEvents.workspaceId, administered),
    inArray(auditEvents.scope, ["Workspace", "Service"]),
  );
}
