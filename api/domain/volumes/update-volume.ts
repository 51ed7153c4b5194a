import { isDeepStrictEqual } from "node:util";
import { lockAdmission } from "#domain/billing/limits/lock-admission.ts";
import type { ChangeContext } from "#domain/context.ts";
import { requireBalance } from "#domain/resources/require-balance.ts";
import { checkRevision } from "#domain/revision.ts";
import { cannotShrink } from "./cannot-shrink.ts";
import { growVolume } from "./grow-volume.ts";
import { presentVolume } from "./present-volume.ts";
import { storeVolumeEdit } from "./store-volume-edit.ts";
import { lockVolumeView, readVolumeView, refuseDeletingVolume } from "./volume-view.ts";

interface Input {
  name?: string | undefined;
  sizeGib?: number | undefined;
  tags?: Record<string, string> | undefined;
}

/**
 * Renames, tags or grows a volume; an edit that changes nothing moves no revision. Throws `invalid_state`,
 * `revision_mismatch`, `volume_cannot_shrink`, `insufficient_balance`.
 */
export async function updateVolume(ctx: ChangeContext, input: Input) {
  const { tx, authorization, ifMatch } = ctx;
  await lockAdmission(tx, tx.organizationId);
  const current = await lockVolumeView(tx, authorization.target.id);
  refuseDeletingVolume(current, "edited");
  checkRevision(ifMatch, current.revision);
  const { name = current.name, tags = current.tags, sizeGib = current.sizeGib } = input;
  if (sizeGib < current.sizeGib) throw cannotShrink(current.sizeGib, sizeGib);
  const grows = sizeGib > current.sizeGib;
  if (!grows && name === current.name && isDeepStrictEqual(tags, current.tags))
    return presentVolume(current);
  if (grows) {
    await requireBalance(ctx, {
      service: "container",
      region: current.region,
      storageGib: sizeGib,
    });
    await growVolume(tx, current.id, sizeGib);
  }
  await storeVolumeEdit(tx, current, { name, tags });
  return presentVolume(await readVolumeView(tx.db, current));
}
