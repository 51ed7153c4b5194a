import type { ReadContext } from "#domain/context.ts";
import { readView, type ResourceView } from "./resource-view.ts";

/** One notebook or container. */
export function getResource({ site, authorization }: ReadContext): Promise<ResourceView> {
  return readView(site.database.pool, authorization.target);
}
