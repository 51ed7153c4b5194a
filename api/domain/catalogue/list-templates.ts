import type { Service } from "@aifactory/sdk/policy";
import type { SelfContext } from "#domain/context.ts";
import type { PageQuery } from "#domain/page.ts";
import { pageOfList } from "./page-of-list.ts";

/** The operator's templates (CAT-1): all of them are of GPU Containers. */
export async function listTemplates(
  { site }: SelfContext,
  query: PageQuery & { service?: Service | undefined },
) {
  const wanted = query.service === undefined || query.service === "container";
  return pageOfList(
    wanted ? site.catalogue.templates : [],
    query,
    ({ id }) => id,
    ({ id, name, description, image, ports, env, command }) => ({
      id,
      service: "container" as const,
      name,
      description,
      image,
      ports,
      env,
      command,
    }),
  );
}
