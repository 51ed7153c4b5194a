import { and, asc, count, eq } from "drizzle-orm";
import {
  boundaryAttachments,
  identityAttachments,
  policies,
  workspaces,
} from "#db/schema/organizations.ts";
import type { TenantTx } from "#db/tenant.ts";
import type { ChangeContext } from "#domain/context.ts";
import { DomainError } from "#domain/errors.ts";
import { publicId } from "#domain/ids.ts";
import { lockPolicy } from "./hold-policy.ts";

/** Deletes a Policy that is attached nowhere. Throws `policy_attached`, which says where it is (POL-9). */
export async function deletePolicy({
  tx,
  authorization: { target },
}: ChangeContext): Promise<void> {
  await lockPolicy(tx, target.id);
  const attached = await attachmentsOf(tx, target.id);
  if (attached.workspaces.length + attached.memberships > 0) {
    throw new DomainError(
      "policy_attached",
      `It is attached to ${attached.workspaces.length} Workspaces and ${attached.memberships} memberships. Detach it first.`,
      attached,
    );
  }
  await tx.db
    .delete(policies)
    .where(and(eq(policies.organizationId, tx.organizationId), eq(policies.id, target.id)));
}

async function attachmentsOf({ db, organizationId }: TenantTx, policyId: string) {
  const ofWorkspaces = await db
    .select({ id: workspaces.id, name: workspaces.name })
    .from(boundaryAttachments)
    .innerJoin(workspaces, eq(workspaces.id, boundaryAttachments.workspaceId))
    .where(
      and(
        eq(boundaryAttachments.organizationId, organizationId),
        eq(boundaryAttachments.policyId, policyId),
      ),
    )
    .orderBy(asc(workspaces.name));
  const [ofMemberships] = await db
    .select({ n: count() })
    .from(identityAttachments)
    .where(
      and(
        eq(identityAttachments.organizationId, organizationId),
        eq(identityAttachments.policyId, policyId),
      ),
    );
  return {
    workspaces: ofWorkspaces.map(({ id, name }) => ({ id: publicId("workspace", id), name })),
    memberships: Number(ofMemberships!.n),
  };
}
