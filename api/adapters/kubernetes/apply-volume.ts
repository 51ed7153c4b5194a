import type { VolumeRequest } from "#ports/cluster.ts";
import { paths } from "./api/paths.ts";
import type { Hands } from "./apply-workload.ts";
import { claimPlace } from "./names.ts";
import { claimOf } from "./render/claim.ts";

/** Makes a claim, or a larger one of it. What was provisioned when is noted before it grows, for its status then tells otherwise. */
export async function applyVolume(
  { client, config, view }: Hands,
  volume: VolumeRequest,
): Promise<void> {
  const { namespace, name } = claimPlace(config, volume.workspaceId, volume.volumeId);
  const known = view.claims.get(namespace, name);
  if (known !== undefined && (known.removed || known.askedGib >= volume.sizeGib)) return;
  const provisionedAt = known?.bound ? (known.provisionedAt ?? known.statusSince) : null;
  const claim = claimOf(config, volume, provisionedAt);
  view.claims.put(await client.apply(paths.claims(namespace, name), claim));
}
