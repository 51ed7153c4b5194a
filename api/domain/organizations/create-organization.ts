import { remedy } from "@aifactory/sdk/policy";
import type { SelfChangeContext } from "#domain/context.ts";
import { refusal } from "#domain/access/refusal.ts";
import { insertOrganization } from "./insert-organization.ts";
import { presentOrganization } from "./present-organization.ts";

/** Creates an Organization whose Owner is the caller, for good (ORG-1). Throws `forbidden` for service accounts. */
export async function createOrganization(
  { tx, actor, site }: SelfChangeContext,
  input: { name: string },
) {
  if (actor.kind !== "user") {
    throw refusal(
      "forbidden",
      "A service account belongs to its Organization and cannot own another one; a person can.",
      { layer: "role", remedy: remedy({ credential: "user" }) },
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
