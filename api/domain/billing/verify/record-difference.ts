import type { Database } from "#db/database.ts";
import { withSystem } from "#db/tenant.ts";
import { recordAudit } from "#domain/audit/record.ts";
import { publicId } from "#domain/ids.ts";
import type { Difference } from "./verify-shard.ts";

/** Leaves a difference of the books in the audit log, for the site's operator: it belongs to no Organization's own log. */
export function recordDifference(database: Database, difference: Difference): Promise<void> {
  const id = publicId("organization", difference.organizationId);
  return withSystem(database, (tx) =>
    recordAudit(tx, {
      organizationId: null,
      workspaceId: null,
      actor: { kind: "system", id: null, name: "verifyLedger" },
      scope: "Billing",
      category: "Billing",
      action: "verifyLedger",
      target: { kind: "organization", id },
      outcome: "FAILED",
      reason: "books_differ",
      details: { ...difference, organizationId: id },
    }),
  );
}
