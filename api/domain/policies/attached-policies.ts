import { and, asc, eq } from "drizzle-orm";
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import { boundaryAttachments, identityAttachments, policies } from "#db/schema/organizations.ts";
import type { PolicyRow } from "./present-policy.ts";

interface Membership {
  readonly organizationId: string;
  readonly workspaceId: string;
  readonly principalId: string;
}

/** A Workspace's permission boundary (POL-2), by name. */
export async function boundaryOf(
  db: NodePgDatabase,
  { organizationId, workspaceId }: Omit<Membership, "principalId">,
): Promise<PolicyRow[]> {
  const rows = await db
    .select({ policy: policies })
    .from(boundaryAttachments)
    .innerJoin(policies, eq(policies.id, boundaryAttachments.policyId))
    .where(
      and(
        eq(boundaryAttachments.organizationId, organizationId),
        eq(boundaryAttachments.workspaceId, workspaceId),
      ),
    )
    .orderBy(asc(policies.name));
  return rows.map((row) => row.policy);
}

/** The identity policies of a membership (POL-2), by name, each with the moment it was attached. */
export function identityPoliciesOf(
  db: NodePgDatabase,
  { organizationId, workspaceId, principalId }: Membership,
): Promise<{ policy: PolicyRow; attachedAt: Date }[]> {
  return db
    .select({ policy: policies, attachedAt: identityAttachments.createdAt })
    .from(identityAttachments)
    .innerJoin(policies, eq(policies.id, identityAttachments.policyId))
    .where(
      and(
        eq(identityAttachments.organizationId, organizationId),
        eq(identityAttachments.workspaceId, workspaceId),
        eq(identityAttachments.principalId, principalId),
      ),
    )
    .orderBy(asc(policies.name));
}
