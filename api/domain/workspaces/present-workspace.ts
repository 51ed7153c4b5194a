import type { workspaces } from "#db/schema/organizations.ts";
import { DomainError } from "#domain/errors.ts";
import { publicId } from "#domain/ids.ts";

/** A Workspace as the API shows it. */
export function presentWorkspace(row: typeof workspaces.$inferSelect) {
  return {
    id: publicId("workspace", row.id),
    organizationId: publicId("organization", row.organizationId),
    name: row.name,
    boundaryLocked: row.boundaryLocked,
    notebookIdleStop: presentIdleStop(row.notebookIdleMinutes),
    status: row.deletingSince === null ? ("ACTIVE" as const) : ("DELETING" as const),
    revision: row.revision,
    createdAt: row.createdAt.toISOString(),
  };
}

function presentIdleStop(afterMinutes: number | null) {
  return afterMinutes === null ? null : { afterMinutes };
}

export function workspaceNameTaken(name: string): DomainError {
  return new DomainError(
    "name_taken",
    `A Workspace named "${name}" exists already in this Organization. Choose another name.`,
    {
      errors: [{ pointer: "/name", code: "name_taken", message: "is taken" }],
    },
  );
}
