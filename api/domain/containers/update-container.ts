import { isDeepStrictEqual } from "node:util";
import { eq } from "drizzle-orm";
import { resourceSecrets } from "#db/schema/resources.ts";
import { refuseProblems } from "#domain/catalogue/check-choice.ts";
import { imageSourceProblems } from "#domain/catalogue/image-source.ts";
import type { ChangeContext } from "#domain/context.ts";
import { editResource } from "#domain/resources/edit-resource.ts";
import { lockAdmission } from "#domain/billing/limits/lock-admission.ts";
import { lockView, readView } from "#domain/resources/resource-view.ts";
import type { ContainerSpec } from "#domain/resources/types.ts";
import { refuseDeleting } from "#domain/resources/wrong-state.ts";
import { checkRevision } from "#domain/revision.ts";
import { enqueue } from "#domain/work/enqueue.ts";
import { presentContainer } from "./present-container.ts";
import { splitEnv, type EnvEntry } from "./split-env.ts";

interface Input {
  name?: string | undefined;
  flavor?: string | undefined;
  image?: string | undefined;
  ports?: ContainerSpec["ports"] | undefined;
  env?: EnvEntry[] | undefined;
  command?: string[] | null | undefined;
  disk?: { sizeGib: number } | undefined;
  registryCredentials?: { server: string; username: string; password: string } | null | undefined;
  maxRunningSeconds?: number | null | undefined;
  tags?: Record<string, string> | undefined;
}

/** Edits a container; see `editResource`. Throws `invalid_state`, `revision_mismatch`. */
export async function updateContainer(ctx: ChangeContext, input: Input) {
  const { tx, site, authorization } = ctx;
  await lockAdmission(tx, tx.organizationId);
  const current = await lockView(tx, authorization.target.id);
  refuseDeleting(current, "edited");
  checkRevision(ctx.ifMatch, current.revision);
  const spec = current.spec as ContainerSpec;
  const ofResource = eq(resourceSecrets.resourceId, current.id);
  const [kept] = await tx.db.select().from(resourceSecrets).where(ofResource);
  const asked = input.env === undefined ? null : splitEnv(input.env);
  const secrets = {
    env: asked?.secrets ?? kept!.env,
    registryCredentials:
      input.registryCredentials === undefined
        ? kept!.registryCredentials
        : input.registryCredentials,
  };
  const { image = spec.image, ports = spec.ports, command = spec.command } = input;
  if (image !== spec.image) refuseProblems(imageSourceProblems(site.catalogue, image));
  const seen = { image, ports, command, env: asked?.env ?? spec.env };
  const otherEnv = !isDeepStrictEqual(secrets.env, kept!.env);
  const otherRegistry = !isDeepStrictEqual(secrets.registryCredentials, kept!.registryCredentials);
  const edited = await editResource(ctx, current, {
    name: input.name,
    tags: input.tags,
    flavor: input.flavor,
    spec: {
      ...spec,
      ...seen,
      maxRunningSeconds:
        input.maxRunningSeconds === undefined ? spec.maxRunningSeconds : input.maxRunningSeconds,
    },
    sizeGib: input.disk?.sizeGib,
    // New credentials are for the next pull; only what still waits for its image is started anew with them.
    restarts:
      otherEnv ||
      !isDeepStrictEqual(seen, pick(spec)) ||
      (otherRegistry && current.status !== "RUNNING"),
    storeSecrets:
      otherEnv || otherRegistry
        ? async () => {
            await tx.db.update(resourceSecrets).set(secrets).where(ofResource);
          }
        : null,
  });
  if (input.maxRunningSeconds != null && edited.desiredState === "running")
    enqueue(tx, {
      kind: "stopAtLimit",
      key: current.id,
      organizationId: tx.organizationId,
    });
  if (!otherRegistry) return presentContainer(edited);
  return presentContainer(await readView(tx.client, edited));
}

function pick({ image, ports, command, env }: ContainerSpec) {
  return { image, ports, command, env };
}
