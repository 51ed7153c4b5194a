import { and, count, eq, isNull, ne } from "drizzle-orm";
import { workspaces } from "#db/schema/organizations.ts";
import { resources, volumes } from "#db/schema/resources.ts";
import type { ChangeContext } from "#domain/context.ts";
import { DomainError } from "#domain/errors.ts";
import { requestDeletionOf } from "#domain/resources/request-deletion.ts";
import { enqueue } from "#domain/work/enqueue.ts";
import { lockWorkspace } from "./lock-workspace.ts";
import { presentWorkspace } from "./present-workspace.ts";

/**
 * Accepts the deletion of a Workspace: at once when it is empty, else only with `force`, which deletes the resources
 * first (ORG-6). Throws `workspace_not_empty`.
 */
export async function deleteWorkspace(
  { tx, authorization: { target } }: ChangeContext,
  input: { force: boolean },
) {
  const current = await lockWorkspace(tx, target.id);
  const living = await livingIn(tx, target.id);
  if (living.resources + living.volumes > 0 && !input.force) {
    throw new DomainError(
      "workspace_not_empty",
      `It still has ${living.resources} notebooks and containers and ${living.volumes} volumes. Delete them first, or use force=true.`,
      living,
    );
  }
  await requestDeletionOf(tx, target.id);
  const [updated] = await tx.db
    .update(workspaces)
    .set({ deletingSince: current.deletingSince ?? tx.now })
    .where(and(eq(workspaces.organizationId, tx.organizationId), eq(workspaces.id, target.id)))
    .returning();
  enqueue(tx, { kind: "deleteWorkspace", key: target.id, organizationId: tx.organizationId });
  return presentWorkspace(updated!);
}

async function livingIn({ db, organizationId }: ChangeContext["tx"], workspaceId: string) {
  const [ofResources] = await db
    .select({ n: count() })
    .from(resources)
    .where(
      and(
        eq(resources.organizationId, organizationId),
        eq(resources.workspaceId, workspaceId),
        isNull(resources.deletedAt),
      ),
    );
  const [ofVolumes] = await db
    .select({ n: count() })
    .from(volumes)
    .where(
      and(
        eq(volumes.organizationId, organizationId),
        eq(volumes.workspaceId, workspaceId),
        isNull(volumes.deletedAt),
        eq(volumes.kind, "volume"),
        ne(volumes.desiredState, "deleted"),
      ),
    );
  return { resources: Number(ofResources!.n), volumes: Number(ofVolumes!.n) };
}
