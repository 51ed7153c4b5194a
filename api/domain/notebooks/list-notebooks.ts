import type { ReadContext } from "#domain/context.ts";
import type { PageQuery } from "#domain/page.ts";
import { listResources } from "#domain/resources/list-resources.ts";
import { presentNotebook } from "./present-notebook.ts";

/** The notebooks of a Workspace that the caller may read. Throws `service_not_enabled` (ORG-4). */
export function listNotebooks(ctx: ReadContext, query: PageQuery) {
  return listResources(ctx, "notebook", query, presentNotebook);
}
