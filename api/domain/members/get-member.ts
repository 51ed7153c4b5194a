import type { ReadContext } from "#domain/context.ts";
import { requireMember } from "./find-member.ts";
import { presentMember } from "./present-member.ts";

/** One membership. Throws `not_found`. */
export async function getMember(
  { site, authorization: { target } }: ReadContext,
  { userId }: { userId: string },
) {
  const place = { organizationId: target.organizationId, workspaceId: target.id };
  return presentMember(await requireMember(site.database.read, place, userId));
}
