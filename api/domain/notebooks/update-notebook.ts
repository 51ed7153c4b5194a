import { notebookImageProblems, refuseProblems } from "#domain/catalogue/check-choice.ts";
import type { ChangeContext } from "#domain/context.ts";
import { editResource } from "#domain/resources/edit-resource.ts";
import { lockAdmission } from "#domain/billing/limits/lock-admission.ts";
import { lockView } from "#domain/resources/resource-view.ts";
import type { NotebookSpec } from "#domain/resources/types.ts";
import { refuseDeleting } from "#domain/resources/wrong-state.ts";
import { checkRevision } from "#domain/revision.ts";
import { presentNotebook } from "./present-notebook.ts";

interface Input {
  name?: string | undefined;
  flavor?: string | undefined;
  image?: string | undefined;
  homeVolume?: { sizeGib: number } | undefined;
  tags?: Record<string, string> | undefined;
}

/** Edits a notebook; see `editResource`. Throws `invalid_state`, `revision_mismatch`. */
export async function updateNotebook(ctx: ChangeContext, input: Input) {
  const { tx, site, authorization } = ctx;
  await lockAdmission(tx, tx.organizationId);
  const current = await lockView(tx, authorization.target.id);
  refuseDeleting(current, "edited");
  checkRevision(ctx.ifMatch, current.revision);
  const spec = current.spec as NotebookSpec;
  const { image = spec.image } = input;
  if (image !== spec.image) refuseProblems(notebookImageProblems(site.catalogue, image));
  const edited = await editResource(ctx, current, {
    name: input.name,
    tags: input.tags,
    flavor: input.flavor,
    spec: { ...spec, image },
    sizeGib: input.homeVolume?.sizeGib,
    restarts: image !== spec.image,
    storeSecrets: null,
  });
  return presentNotebook(edited);
}
