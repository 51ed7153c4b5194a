import type { Statement } from "@aifactory/sdk/policy";
import { and, asc, eq, exists, inArray, isNull, or } from "drizzle-orm";
import {
  boundaryAttachments,
  identityAttachments,
  workspaces,
  workspaceServices,
} from "#db/schema/organizations.ts";
import type { TenantTx } from "#db/tenant.ts";
import type { ChangeContext } from "#domain/context.ts";
import { pairAccess, type PlacedChange } from "./compare-access.ts";
import type { PolicyRow } from "./present-policy.ts";
import { NO_PROPOSAL, propose } from "./propose.ts";
import { readAccess } from "./workspace-access.ts";

/**
 * What other statements of a Policy mean for everybody where it is attached. Nothing that this depends on changes until
 * the transaction ends; the Policy itself is locked already.
 */
export async function judgeEdit(
  { tx, site }: ChangeContext,
  policy: PolicyRow,
  statements: readonly Statement[],
): Promise<PlacedChange[]> {
  await lockPlacesOf(tx, policy.id);
  const saved = await readAccess(tx.db, tx.organizationId, { policyNames: [policy.name] });
  const proposal = {
    ...NO_PROPOSAL,
    policies: new Map([[policy.name, { ...policy, statements }]]),
  };
  return saved.workspaces.flatMap((workspace) =>
    pairAccess(workspace, propose(workspace, proposal), site.catalogue.regionIds),
  );
}

/** Locks the Workspaces where a locked Policy is attached in the order of their keys: no other can be added meanwhile. */
async function lockPlacesOf({ db, organizationId }: TenantTx, policyId: string): Promise<void> {
  const attachedBy = (table: typeof boundaryAttachments | typeof identityAttachments) =>
    exists(
      db
        .select({ id: table.workspaceId })
        .from(table)
        .where(and(eq(table.workspaceId, workspaces.id), eq(table.policyId, policyId))),
    );
  const locked = await db
    .select({ id: workspaces.id })
    .from(workspaces)
    .where(
      and(
        eq(workspaces.organizationId, organizationId),
        isNull(workspaces.deletedAt),
        or(attachedBy(boundaryAttachments), attachedBy(identityAttachments)),
      ),
    )
    .orderBy(asc(workspaces.id))
    .for("no key update");
  const keys = locked.map(({ id }) => id);
  await db
    .select({ service: workspaceServices.service })
    .from(workspaceServices)
    .where(
      and(
        eq(workspaceServices.organizationId, organizationId),
        inArray(workspaceServices.workspaceId, keys),
      ),
    )
    .orderBy(asc(workspaceServices.workspaceId), asc(workspaceServices.service))
    .for("share");
}
