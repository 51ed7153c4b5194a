import { principals } from "#db/schema/principals.ts";
import type { ChangeContext } from "#domain/context.ts";
import { DomainError } from "#domain/errors.ts";
import { newId } from "#domain/ids.ts";
import { presentServiceAccount } from "./present-service-account.ts";

/** Makes a service account, a member of nothing yet (ID-4). Throws `name_taken`. */
export async function createServiceAccount({ tx }: ChangeContext, input: { name: string }) {
  const [created] = await tx.db
    .insert(principals)
    .values({
      id: newId(),
      kind: "serviceAccount",
      organizationId: tx.organizationId,
      name: input.name,
      createdAt: tx.now,
    })
    .onConflictDoNothing()
    .returning();
  if (created !== undefined) return presentServiceAccount(created);
  throw new DomainError(
    "name_taken",
    `A service account named "${input.name}" exists already in this Organization. Choose another name.`,
    { errors: [{ pointer: "/name", code: "name_taken", message: "is taken" }] },
  );
}
