import type { organizations } from "#db/schema/organizations.ts";
import { publicId } from "#domain/ids.ts";

/** An Organization as the API shows it. */
export function presentOrganization(row: typeof organizations.$inferSelect) {
  return {
    id: publicId("organization", row.id),
    name: row.name,
    ownerId: publicId("user", row.ownerId),
    revision: row.revision,
    createdAt: row.createdAt.toISOString(),
  };
}
