import type { ChangeContext } from "#domain/context.ts";
import { requestResourceDeletion } from "./request-resource-deletion.ts";
import type { ResourceView } from "./resource-view.ts";

/** Accepts the deletion of a notebook or container; one that is being deleted already stays as it is. */
export function deleteResource({ tx, authorization }: ChangeContext): Promise<ResourceView> {
  return requestResourceDeletion(tx, authorization.target.id, "Deletion was requested.");
}
