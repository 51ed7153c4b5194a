import type { Tx } from "#db/tenant.ts";
import { auditEvents, type AuditActor, type AuditScope } from "#db/schema/audit.ts";
import { newId } from "#domain/ids.ts";

export interface AuditEntry {
  organizationId: string | null;
  workspaceId: string | null;
  actor: AuditActor;
  scope: AuditScope;
  /** The entity: `Notebooks`, `Policies` … */
  category: string;
  action: string;
  target: { kind: string; id: string | null; name?: string };
  outcome: "SUCCESS" | "FAILED";
  reason?: string | null;
  details?: unknown;
  requestId?: string | null;
  sourceAddress?: string | null;
}

/** Adds an event to the audit log in the caller's transaction (AUD-1). */
export async function recordAudit(tx: Tx, entry: AuditEntry): Promise<void> {
  await tx.db.insert(auditEvents).values({ id: newId(), at: tx.now, ...entry });
}
