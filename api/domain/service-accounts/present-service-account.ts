import type { principals } from "#db/schema/principals.ts";
import { publicId } from "#domain/ids.ts";

/** A service account as the API shows it (ID-4). */
export function presentServiceAccount(row: typeof principals.$inferSelect) {
  return {
    id: publicId("serviceAccount", row.id),
    organizationId: publicId("organization", row.organizationId!),
    name: row.name,
    createdAt: row.createdAt.toISOString(),
  };
}
