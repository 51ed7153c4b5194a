import { and, eq } from "drizzle-orm";
import { volumes } from "#db/schema/resources.ts";
import type { TenantTx } from "#db/tenant.ts";
import type { ChangeContext } from "#domain/context.ts";
import { newId } from "#domain/ids.ts";
import { admit } from "#domain/resources/admit.ts";
import { changeDesired } from "#domain/resources/change-desired.ts";
import { insertResource, NO_SECRETS } from "#domain/resources/insert-resource.ts";
import { openAdmission } from "#domain/resources/open-admission.ts";
import { recordEvent } from "#domain/resources/record-event.ts";
import { releaseStorage } from "#domain/resources/release-storage.ts";
import { lockView, type ResourceView } from "#domain/resources/resource-view.ts";
import { storageGib } from "#domain/resources/storage-gib.ts";
import type { NotebookSpec } from "#domain/resources/types.ts";
import { refuseDeleting } from "#domain/resources/wrong-state.ts";
import { insertVolume } from "#domain/volumes/insert-volume.ts";
import { HOME_PATH } from "./home-path.ts";
import { presentNotebook } from "./present-notebook.ts";

/**
 * Deletes a notebook and provisions a new one of the same configuration and owner (RES-1). All checks come first; what
 * the old one holds counts as free. A kept home volume goes over as it is, so its charges go on unbroken. Throws
 * `invalid_state`, `out_of_stock`, `quota_exceeded`, `insufficient_balance`.
 */
export async function recreateNotebook(
  ctx: ChangeContext,
  { homeVolume }: { homeVolume: "keep" | "discard" },
) {
  const { tx, authorization } = ctx;
  const shard = await openAdmission(tx, authorization.target.workspaceId!);
  const old = await lockView(tx, authorization.target.id);
  refuseDeleting(old, "re-created");
  const keep = homeVolume === "keep";
  const cluster = await admit(ctx, { verb: "recreate", current: old, anyCluster: !keep });
  const id = newId();
  const sizeGib = storageGib(old.volumes);
  await retire(tx, old, { replacedBy: id, keep });
  const { workspaceId, name, region, ownerId, tags, flavor, clientToken } = old;
  const placed = { workspaceId, shard, region, clusterId: cluster.id, ownerId };
  const { image, idleStop = null } = old.spec as NotebookSpec;
  const created = await insertResource(
    tx,
    { ...placed, id, kind: "notebook", name, tags, clientToken, flavor, spec: { image, idleStop } },
    NO_SECRETS,
    async () => {
      if (keep) return;
      const home = { id: newId(), kind: "home", name, sizeGib, mountPath: HOME_PATH } as const;
      await insertVolume(tx, { ...placed, ...home, resourceId: id });
    },
  );
  return presentNotebook(created);
}

// The client token goes to the successor: a program that lost its state finds the one that lives (IAC-3).
async function retire(
  tx: TenantTx,
  old: ResourceView,
  { replacedBy, keep }: { replacedBy: string; keep: boolean },
): Promise<void> {
  const own = keep ? await handOver(tx, old.id, replacedBy) : await releaseStorage(tx, old);
  const spec = old.spec as NotebookSpec;
  recordEvent(tx, old, {
    code: "recreateRequested",
    message: "It is being replaced by a new one.",
  });
  await changeDesired(
    tx,
    { ...old, volumes: own },
    {
      desiredState: "deleted",
      desiredAt: tx.now,
      stopCause: null,
      clientToken: null,
      replacedBy,
      spec: keep ? { ...spec, formerHomeGib: storageGib(old.volumes) } : spec,
    },
  );
}

async function handOver(tx: TenantTx, from: string, to: string): Promise<[]> {
  await tx.db
    .update(volumes)
    .set({ resourceId: to })
    .where(and(eq(volumes.organizationId, tx.organizationId), eq(volumes.resourceId, from)));
  return [];
}
