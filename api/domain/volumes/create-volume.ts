import { and, eq } from "drizzle-orm";
import { volumes } from "#db/schema/resources.ts";
import { checkQuota } from "#domain/billing/limits/check-quota.ts";
import type { ChangeContext } from "#domain/context.ts";
import { newId } from "#domain/ids.ts";
import { openAdmission } from "#domain/resources/open-admission.ts";
import { requireBalance } from "#domain/resources/require-balance.ts";
import { insertVolume } from "./insert-volume.ts";
import { presentVolume } from "./present-volume.ts";
import { selectVolumeViews, toVolumeView, type VolumeView } from "./volume-view.ts";

interface Input {
  name: string;
  region: string;
  sizeGib: number;
  tags?: Record<string, string> | undefined;
  clientToken?: string | undefined;
}

/**
 * Accepts a separate volume (RES-3); a repeated `clientToken` returns the one that lives (IAC-3). Throws
 * `quota_exceeded`, `insufficient_balance`, `workspace_deleting`.
 */
export async function createVolume(ctx: ChangeContext, input: Input) {
  const { tx, site, actor, authorization } = ctx;
  const workspaceId = authorization.target.id;
  const shard = await openAdmission(tx, workspaceId);
  const living = await livingByToken(ctx, input.clientToken);
  if (living !== null) return presentVolume(living);
  const { name, region, sizeGib } = input;
  await checkQuota(tx, {
    workspaceId,
    verb: "create",
    showSpending: authorization.role !== "Member",
  });
  await requireBalance(ctx, { service: "container", region, storageGib: sizeGib });
  // The first cluster of a region is where its separate volumes are.
  const clusterId = site.catalogue.region(region)!.clusters[0]!.id;
  const row = await insertVolume(tx, {
    id: newId(),
    workspaceId,
    kind: "volume",
    name,
    region,
    clusterId,
    ownerId: actor.principalId,
    shard,
    sizeGib,
    tags: input.tags ?? {},
    clientToken: input.clientToken ?? null,
  });
  return presentVolume({ ...row, ownerKind: actor.kind });
}

async function livingByToken(
  { tx, authorization }: ChangeContext,
  clientToken: string | undefined,
): Promise<VolumeView | null> {
  if (clientToken === undefined) return null;
  const [row] = await selectVolumeViews(
    tx.db,
    and(
      eq(volumes.organizationId, tx.organizationId),
      eq(volumes.workspaceId, authorization.target.id),
      eq(volumes.clientToken, clientToken),
    ),
  );
  return row === undefined ? null : toVolumeView(row);
}
