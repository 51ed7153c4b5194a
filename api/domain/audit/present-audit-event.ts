import type { auditEvents } from "#db/schema/audit.ts";
import { publicId } from "#domain/ids.ts";

type Row = typeof auditEvents.$inferSelect;

/** An audit event as the API shows it (AUD-1). */
export function presentAuditEvent(row: Row) {
  return {
    id: publicId("auditEvent", row.id),
    at: row.at.toISOString(),
    actor: { ...row.actor, id: actorId(row.actor) },
    scope: row.scope,
    workspaceId: row.workspaceId === null ? null : publicId("workspace", row.workspaceId),
    category: row.category,
    action: row.action,
    target: row.target,
    outcome: row.outcome,
    reason: row.reason,
    requestId: row.requestId,
    details: (row.details ?? null) as Record<string, unknown> | null,
  };
}

function actorId({ kind, id }: Row["actor"]): string | null {
  if (id === null || kind === "operator" || kind === "system") return null;
  return publicId(kind, id);
}
