import { and, eq } from "drizzle-orm";
import { invitations } from "#db/schema/invitations.ts";
import type { ReadContext } from "#domain/context.ts";
import { presentInvitation } from "./present-invitation.ts";
import { readInvitations } from "./read-invitations.ts";

/** One invitation, whatever has become of it. */
export async function getInvitation({ site, authorization: { target } }: ReadContext) {
  const [found] = await readInvitations(site.database.read).where(
    and(eq(invitations.organizationId, target.organizationId), eq(invitations.id, target.id)),
  );
  return presentInvitation(found!);
}
