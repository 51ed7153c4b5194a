import { isDeepStrictEqual } from "node:util";
import { requireAction } from "#domain/access/require-action.ts";
import { flavorProblems } from "#domain/catalogue/check-choice.ts";
import type { ChangeContext } from "#domain/context.ts";
import { InputError, type InputProblem } from "#domain/errors.ts";
import { cannotShrink } from "#domain/volumes/cannot-shrink.ts";
import { growVolume } from "#domain/volumes/grow-volume.ts";
import { admit } from "./admit.ts";
import { requireBalance } from "./require-balance.ts";
import { changeDesired, nextGeneration } from "./change-desired.ts";
import { recordEvent } from "./record-event.ts";
import type { ResourceView } from "./resource-view.ts";
import { storageGib } from "./storage-gib.ts";
import type { ContainerSpec, NotebookSpec } from "./types.ts";

export interface Edit {
  name?: string | undefined;
  tags?: Record<string, string> | undefined;
  flavor?: string | undefined;
  spec: NotebookSpec | ContainerSpec;
  /** The new size of its home volume or disk. */
  sizeGib?: number | undefined;
  /** True when what changed beside the flavor is what the process sees, so that a running one needs a new workload. */
  restarts: boolean;
  /** Stores write-only values that changed; null when none did. */
  storeSecrets: (() => Promise<void>) | null;
}

/**
 * Stores an edit of a locked resource. Name and tags change in place; what the process sees makes a new generation of
 * a running one, admitted like a start; storage grows and never shrinks (RES-3). An edit that changes nothing moves no
 * revision. Throws `invalid_input`, `volume_cannot_shrink`, `policy_denied`, and whatever a start throws.
 */
export async function editResource(
  ctx: ChangeContext,
  current: ResourceView,
  edit: Edit,
): Promise<ResourceView> {
  const { tx } = ctx;
  const { name = current.name, tags = current.tags, flavor = current.flavor } = edit;
  const growth = growthOf(current, edit.sizeGib);
  if (flavor !== current.flavor) checkFlavor(ctx, current, flavor);
  if (growth !== null && current.kind === "container")
    requireAction(ctx.authorization, "container:create-volume", current.region);
  const otherFlavor = flavor !== current.flavor;
  const otherSpec = !isDeepStrictEqual(edit.spec, current.spec) || edit.storeSecrets !== null;
  const otherLabels = name !== current.name || !isDeepStrictEqual(tags, current.tags);
  if (!otherFlavor && !otherSpec && !otherLabels && growth === null) return current;

  const restart = current.desiredState === "running" && (otherFlavor || edit.restarts);
  const wanted = storageGib(current.volumes) + (growth?.byGib ?? 0);
  if (restart) await admit(ctx, { verb: "edit", current, flavor, storageGib: wanted });
  else if (growth !== null) await requireBalance(ctx, growthOfRunning(current, wanted));
  if (growth !== null) await growVolume(tx, growth.volumeId, growth.toGib);
  await edit.storeSecrets?.();
  recordEvent(tx, current, {
    code: restart ? "restartForEdit" : "edited",
    message: restart ? "It was edited and is started anew with it." : "It was edited.",
  });
  const changed = await changeDesired(tx, current, {
    name,
    tags,
    flavor,
    spec: edit.spec,
    revision: current.revision + 1,
    ...(restart ? nextGeneration(tx, current) : {}),
  });
  if (growth === null) return changed;
  const volumes = changed.volumes.map((volume) =>
    volume.id === growth.volumeId ? { ...volume, sizeGib: growth.toGib } : volume,
  );
  return { ...changed, volumes };
}

// Growth must leave an hour of what runs beside it.
function growthOfRunning(current: ResourceView, storageGib: number) {
  const { kind: service, region, flavor, desiredState } = current;
  return {
    service,
    region,
    storageGib,
    current,
    flavor: desiredState === "running" ? flavor : null,
  };
}

function checkFlavor({ site }: ChangeContext, { kind, region }: ResourceView, flavor: string) {
  const problems = flavorProblems(site.catalogue, { flavor, service: kind, region });
  if (problems.length > 0) throw new InputError(problems);
}

interface Growth {
  volumeId: string;
  toGib: number;
  byGib: number;
}

/** Null when the size stays as it is. */
function growthOf(current: ResourceView, toGib: number | undefined): Growth | null {
  if (toGib === undefined) return null;
  const own = current.volumes.find((volume) => volume.kind !== "volume");
  if (own === undefined) throw new InputError([NO_DISK]);
  if (toGib < own.sizeGib) throw cannotShrink(own.sizeGib, toGib);
  if (toGib === own.sizeGib) return null;
  return { volumeId: own.id, toGib, byGib: toGib - own.sizeGib };
}

const NO_DISK: InputProblem = {
  pointer: "/disk",
  code: "no_disk",
  message: "this container was created without a disk; attach a volume instead",
};
