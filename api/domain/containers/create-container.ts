import type { ChangeContext } from "#domain/context.ts";
import { flavorProblems, refuseProblems } from "#domain/catalogue/check-choice.ts";
import { imageSourceProblems } from "#domain/catalogue/image-source.ts";
import { newId } from "#domain/ids.ts";
import { admit } from "#domain/resources/admit.ts";
import { findLivingByToken } from "#domain/resources/find-living-by-token.ts";
import { insertResource } from "#domain/resources/insert-resource.ts";
import { openAdmission } from "#domain/resources/open-admission.ts";
import type { ContainerSpec } from "#domain/resources/types.ts";
import { insertVolume } from "#domain/volumes/insert-volume.ts";
import { presentContainer } from "./present-container.ts";
import { resolveTemplate } from "./resolve-template.ts";
import { splitEnv, type EnvEntry } from "./split-env.ts";

interface Input {
  name: string;
  region: string;
  flavor: string;
  image?: string | undefined;
  template?: string | undefined;
  ports?: ContainerSpec["ports"] | undefined;
  env?: EnvEntry[] | undefined;
  command?: string[] | undefined;
  disk?: { sizeGib: number; mountPath: string } | undefined;
  registryCredentials?: { server: string; username: string; password: string } | undefined;
  maxRunningSeconds?: number | undefined;
  tags?: Record<string, string> | undefined;
  clientToken?: string | undefined;
}

/**
 * Accepts a GPU Container with its disk (RES-2). What a template says holds where the request says nothing. A repeated
 * `clientToken` returns the one that lives (IAC-3). Throws `invalid_input`, `out_of_stock`, `quota_exceeded`,
 * `insufficient_balance`, `workspace_deleting`.
 */
export async function createContainer(ctx: ChangeContext, input: Input) {
  const { tx, site, actor } = ctx;
  const workspaceId = ctx.authorization.target.id;
  const shard = await openAdmission(tx, workspaceId);
  const { clientToken } = input;
  const living = await findLivingByToken(tx, { workspaceId, kind: "container", clientToken });
  if (living !== null) return presentContainer(living);

  const { name, region, flavor } = input;
  const { template, problems } = await resolveTemplate(ctx, input.template);
  refuseProblems([
    ...flavorProblems(site.catalogue, { flavor, service: "container", region }),
    ...problems,
    ...(input.image === undefined ? [] : imageSourceProblems(site.catalogue, input.image)),
  ]);
  const disk = input.disk ?? template?.disk ?? null;
  const cluster = await admit(ctx, {
    verb: "create",
    service: "container",
    region,
    flavor,
    storageGib: disk?.sizeGib ?? 0,
  });
  const { env, secrets } = splitEnv(input.env ?? template?.env ?? []);
  const spec: ContainerSpec = {
    image: input.image ?? template!.image,
    template: input.template ?? null,
    ports: input.ports ?? template?.ports ?? [],
    env,
    command: input.command ?? template?.command ?? null,
    maxRunningSeconds: input.maxRunningSeconds ?? null,
  };
  const ownerId = actor.principalId;
  const placed = { workspaceId, shard, region, clusterId: cluster.id, ownerId };
  const id = newId();
  const created = await insertResource(
    tx,
    {
      ...placed,
      id,
      kind: "container",
      name,
      tags: input.tags ?? {},
      clientToken: clientToken ?? null,
      flavor,
      spec,
    },
    { env: secrets, registryCredentials: input.registryCredentials ?? null },
    async () => {
      if (disk === null) return;
      const volume = { id: newId(), kind: "disk", name, resourceId: id } as const;
      await insertVolume(tx, { ...placed, ...volume, ...disk });
    },
  );
  return presentContainer(created);
}
