import type { SelfChangeContext } from "#domain/context.ts";
import { DomainError } from "#domain/errors.ts";
import { insertOrganization } from "./insert-organization.ts";
import { presentOrganization } from "./present-organization.ts";

/** Creates an Organization whose Owner is the caller, for good (ORG-1). Throws `forbidden` for service accounts. */
export async function createOrganization(
  { tx, actor, site }: SelfChangeContext,
  input: { name: string },
) {
  if (actor.kind !== "user") {
    throw new DomainError(
      "forbidden",
      "A service account belongs to its Organization and cannot own another one.",
      { layer: "role" },
    );
  }
  const { currency } = site.catalogue.site;
  const created = await insertOrganization(tx, {
    name: input.name,
    ownerId: actor.principalId,
    currency,
  });
  return presentOrganization(created);
}
