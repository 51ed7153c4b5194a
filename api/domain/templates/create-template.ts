import { workspaceTemplates } from "#db/schema/organizations.ts";
import { refuseProblems } from "#domain/catalogue/check-choice.ts";
import { imageSourceProblems } from "#domain/catalogue/image-source.ts";
import type { TemplateSpec } from "#domain/containers/template-spec.ts";
import type { ChangeContext } from "#domain/context.ts";
import { DomainError } from "#domain/errors.ts";
import { newId } from "#domain/ids.ts";
import { holdWorkspace } from "#domain/workspaces/lock-workspace.ts";
import { presentTemplate } from "./present-template.ts";

type Input = Pick<TemplateSpec, "image"> & {
  [Field in "ports" | "env" | "command" | "disk"]?: NonNullable<TemplateSpec[Field]> | undefined;
} & { name: string };

/** Saves a container template in the Workspace (CAT-4). Throws `invalid_input`, `name_taken`. */
export async function createTemplate(
  { tx, site, actor, authorization: { target } }: ChangeContext,
  input: Input,
) {
  refuseProblems(imageSourceProblems(site.catalogue, input.image));
  await holdWorkspace(tx, target.id);
  const spec: TemplateSpec = {
    image: input.image,
    ports: input.ports ?? [],
    env: input.env ?? [],
    command: input.command ?? null,
    disk: input.disk ?? null,
  };
  const [template] = await tx.db
    .insert(workspaceTemplates)
    .values({
      id: newId(),
      organizationId: tx.organizationId,
      workspaceId: target.id,
      name: input.name,
      ownerId: actor.principalId,
      spec,
      createdAt: tx.now,
    })
    .onConflictDoNothing()
    .returning();
  if (template !== undefined) return presentTemplate({ template, ownerKind: actor.kind });
  throw new DomainError(
    "name_taken",
    `A template named "${input.name}" exists already in this Workspace. Choose another name.`,
    { errors: [{ pointer: "/name", code: "name_taken", message: "is taken" }] },
  );
}
