import type { memberships } from "#db/schema/organizations.ts";
import type { principals } from "#db/schema/principals.ts";
import { publicId } from "#domain/ids.ts";

export interface MemberRow {
  membership: typeof memberships.$inferSelect;
  principal: typeof principals.$inferSelect;
}

/** A membership as the API shows it. */
export function presentMember({ membership, principal }: MemberRow) {
  return {
    userId: publicId(principal.kind, principal.id),
    kind: principal.kind,
    name: principal.name,
    email: principal.email,
    role: membership.role,
    createdAt: membership.createdAt.toISOString(),
  };
}
