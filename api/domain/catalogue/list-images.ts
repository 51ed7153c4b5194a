import type { Service } from "@aifactory/sdk/policy";
import type { SelfContext } from "#domain/context.ts";
import type { PageQuery } from "#domain/page.ts";
import { pageOfList } from "./page-of-list.ts";

/** The operator's images, of one Service or of all (CAT-1). */
export async function listImages(
  { site }: SelfContext,
  query: PageQuery & { service?: Service | undefined },
) {
  const images = site.catalogue.images.filter(
    (image) => query.service === undefined || image.service === query.service,
  );
  return pageOfList(
    images,
    query,
    ({ id }) => id,
    ({ id, service, name, reference, description }) => ({
      id,
      service,
      name,
      reference,
      description,
    }),
  );
}
