import type { ReadContext } from "#domain/context.ts";
import { presentVolume } from "./present-volume.ts";
import { readVolumeView } from "./volume-view.ts";

/** One separate volume. */
export async function getVolume({ site, authorization }: ReadContext) {
  return presentVolume(await readVolumeView(site.database.read, authorization.target));
}
