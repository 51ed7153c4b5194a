import type { ChangeContext } from "#domain/context.ts";
import {
  flavorProblems,
  notebookImageProblems,
  refuseProblems,
} from "#domain/catalogue/check-choice.ts";
import { newId } from "#domain/ids.ts";
import { admit } from "#domain/resources/admit.ts";
import { findLivingByToken } from "#domain/resources/find-living-by-token.ts";
import { insertResource, NO_SECRETS } from "#domain/resources/insert-resource.ts";
import { openAdmission } from "#domain/resources/open-admission.ts";
import type { OwnIdleStop } from "#domain/resources/types.ts";
import { insertVolume } from "#domain/volumes/insert-volume.ts";
import { HOME_PATH } from "./home-path.ts";
import { presentNotebook } from "./present-notebook.ts";

interface Input {
  name: string;
  region: string;
  flavor: string;
  image: string;
  homeVolume: { sizeGib: number };
  idleStop: OwnIdleStop | null;
  tags?: Record<string, string> | undefined;
  clientToken?: string | undefined;
}

/**
 * Accepts an AI Notebook with its home volume (RES-1); a repeated `clientToken` returns the one that lives (IAC-3).
 * Throws `invalid_input`, `out_of_stock`, `quota_exceeded`, `insufficient_balance`, `workspace_deleting`.
 */
export async function createNotebook(ctx: ChangeContext, input: Input) {
  const { tx, site, actor } = ctx;
  const workspaceId = ctx.authorization.target.id;
  const shard = await openAdmission(tx, workspaceId);
  const { clientToken } = input;
  const living = await findLivingByToken(tx, { workspaceId, kind: "notebook", clientToken });
  if (living !== null) return presentNotebook(living);

  const { name, region, flavor, image, idleStop } = input;
  refuseProblems([
    ...flavorProblems(site.catalogue, { flavor, service: "notebook", region }),
    ...notebookImageProblems(site.catalogue, image),
  ]);
  const { sizeGib } = input.homeVolume;
  const cluster = await admit(ctx, {
    verb: "create",
    service: "notebook",
    region,
    flavor,
    storageGib: sizeGib,
  });
  const ownerId = actor.principalId;
  const placed = { workspaceId, shard, region, clusterId: cluster.id, ownerId };
  const id = newId();
  const created = await insertResource(
    tx,
    {
      ...placed,
      id,
      kind: "notebook",
      name,
      tags: input.tags ?? {},
      clientToken: clientToken ?? null,
      flavor,
      spec: { image, idleStop },
    },
    NO_SECRETS,
    async () => {
      const home = { id: newId(), kind: "home", name, sizeGib, mountPath: HOME_PATH } as const;
      await insertVolume(tx, { ...placed, ...home, resourceId: id });
    },
  );
  return presentNotebook(created);
}
