import type { policies } from "#db/schema/organizations.ts";
import { publicId } from "#domain/ids.ts";

export type PolicyRow = typeof policies.$inferSelect;

/** A Policy as the API shows it. */
export function presentPolicy(row: PolicyRow) {
  return {
    id: publicId("policy", row.id),
    organizationId: publicId("organization", row.organizationId),
    name: row.name,
    description: row.description,
    statements: row.statements.map(({ effect, service, regions, actions }) => ({
      effect,
      service,
      regions: regions === "*" ? ("*" as const) : [...regions],
      actions: actions === "*" ? ("*" as const) : [...actions],
    })),
    revision: row.revision,
    createdAt: row.createdAt.toISOString(),
  };
}
