import { announcedStop, idleStopInForce } from "#domain/idle/idle-stop.ts";
import { publicId } from "#domain/ids.ts";
import { presentResource } from "#domain/resources/present-resource.ts";
import type { ShownResource } from "#domain/resources/shown-resource.ts";
import type { NotebookSpec } from "#domain/resources/types.ts";

type Status = "CREATING" | "RUNNING" | "STOPPING" | "STOPPED" | "DELETING" | "FAILED";

/** An AI Notebook as the API shows it. */
export function presentNotebook(view: ShownResource) {
  const spec = view.spec as NotebookSpec;
  const home = view.volumes.find((volume) => volume.kind === "home");
  return {
    id: publicId("notebook", view.id),
    ...presentResource(view),
    status: view.status as Status,
    image: spec.image,
    homeVolume: { sizeGib: home?.sizeGib ?? spec.formerHomeGib ?? 0 },
    idleStop: spec.idleStop ?? null,
    idleStopInForce: idleStopInForce(view),
    idle: announcedStop(view),
    replacedBy: view.replacedBy === null ? null : publicId("notebook", view.replacedBy),
  };
}
