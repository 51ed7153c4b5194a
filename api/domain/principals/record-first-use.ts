import type { Database } from "#db/database.ts";
import { withSystem } from "#db/tenant.ts";
import { recordAudit } from "#domain/audit/record.ts";
import { publicId } from "#domain/ids.ts";

export interface UsedToken {
  id: string;
  principal_id: string;
  kind: "user" | "serviceAccount";
  name: string;
  email: string | null;
  workspace_id: string | null;
  /** Of the service account, or of the Workspace that the token is bound to. */
  organization_id: string | null;
}

/** The first use of an API token is a security-relevant act (AUD-1). */
export async function recordFirstUse(database: Database, token: UsedToken): Promise<void> {
  const { kind, principal_id: id, email, name } = token;
  await withSystem(database, (tx) =>
    recordAudit(tx, {
      organizationId: token.organization_id,
      workspaceId: token.workspace_id,
      actor: { kind, id, name: email ?? name },
      scope: "Organization",
      category: "Principals",
      action: "useToken",
      target: { kind: "token", id: publicId("token", token.id) },
      outcome: "SUCCESS",
    }),
  );
}
