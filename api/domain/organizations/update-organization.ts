import { eq } from "drizzle-orm";
import { organizations } from "#db/schema/organizations.ts";
import type { ChangeContext } from "#domain/context.ts";
import { checkRevision } from "#domain/revision.ts";
import { presentOrganization } from "./present-organization.ts";

/** Renames an Organization. Throws `revision_mismatch`. */
export async function updateOrganization(
  { tx, ifMatch }: ChangeContext,
  input: { name?: string | undefined },
) {
  const here = eq(organizations.id, tx.organizationId);
  const [found] = await tx.db.select().from(organizations).where(here).for("update");
  const current = found!; // Organizations are never deleted.
  checkRevision(ifMatch, current.revision);
  const name = input.name ?? current.name;
  if (name === current.name) return presentOrganization(current);
  const [updated] = await tx.db
    .update(organizations)
    .set({ name, revision: current.revision + 1 })
    .where(here)
    .returning();
  return presentOrganization(updated!);
}
