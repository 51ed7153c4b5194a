import { notebookImageProblems, refuseProblems } from "#domain/catalogue/check-choice.ts";
import type { ChangeContext } from "#domain/context.ts";
import { enqueueIdleCheck } from "#domain/idle/enqueue-idle-check.ts";
import { editResource } from "#domain/resources/edit-resource.ts";
import { lockAdmission } from "#domain/billing/limits/lock-admission.ts";
import { lockView } from "#domain/resources/resource-view.ts";
import type { NotebookSpec, OwnIdleStop } from "#domain/resources/types.ts";
import { refuseDeleting } from "#domain/resources/wrong-state.ts";
import { checkRevision } from "#domain/revision.ts";
import { presentNotebook } from "./present-notebook.ts";

interface Input {
  name?: string | undefined;
  flavor?: string | undefined;
  image?: string | undefined;
  homeVolume?: { sizeGib: number } | undefined;
  idleStop?: OwnIdleStop | null | undefined;
  tags?: Record<string, string> | undefined;
}

/** Edits a notebook; see `editResource`. Throws `invalid_state`, `revision_mismatch`. */
export async function updateNotebook(ctx: ChangeContext, input: Input) {
  const { tx, site, authorization } = ctx;
  await lockAdmission(tx, tx.organizationId);
  const view = await lockView(tx, authorization.target.id);
  refuseDeleting(view, "edited");
  checkRevision(ctx.ifMatch, view.revision);
  const spec = { idleStop: null, ...(view.spec as NotebookSpec) };
  const current = { ...view, spec };
  const { image = spec.image, idleStop = spec.idleStop } = input;
  if (image !== spec.image) refuseProblems(notebookImageProblems(site.catalogue, image));
  const edited = await editResource(ctx, current, {
    name: input.name,
    tags: input.tags,
    flavor: input.flavor,
    spec: { ...spec, image, idleStop },
    sizeGib: input.homeVolume?.sizeGib,
    restarts: image !== spec.image,
    storeSecrets: null,
  });
  if (input.idleStop !== undefined) enqueueIdleCheck(tx, edited);
  return presentNotebook(edited);
}
