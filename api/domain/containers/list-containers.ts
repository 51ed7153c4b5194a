import type { ReadContext } from "#domain/context.ts";
import type { PageQuery } from "#domain/page.ts";
import { listResources } from "#domain/resources/list-resources.ts";
import { presentContainer } from "./present-container.ts";

/** The containers of a Workspace that the caller may read. Throws `service_not_enabled` (ORG-4). */
export function listContainers(ctx: ReadContext, query: PageQuery) {
  return listResources(ctx, "container", query, presentContainer);
}
