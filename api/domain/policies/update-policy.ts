import { isDeepStrictEqual } from "node:util";
import { and, eq } from "drizzle-orm";
import { policies } from "#db/schema/organizations.ts";
import type { ChangeContext } from "#domain/context.ts";
import { checkRevision } from "#domain/revision.ts";
import { checkStatements, type WrittenStatement } from "./check-statements.ts";
import { lockPolicy } from "./hold-policy.ts";
import { presentPolicy } from "./present-policy.ts";

interface Input {
  description?: string | null | undefined;
  statements?: WrittenStatement[] | undefined;
}

/**
 * Edits a Policy, in effect with the next request wherever it is attached; what changes nothing makes no revision.
 * Throws `invalid_input` (POL-4), `revision_mismatch`.
 */
export async function updatePolicy(
  { tx, site, authorization: { target }, ifMatch }: ChangeContext,
  input: Input,
) {
  const written =
    input.statements === undefined ? undefined : checkStatements(site, input.statements);
  const current = await lockPolicy(tx, target.id);
  checkRevision(ifMatch, current.revision);
  const description = input.description === undefined ? current.description : input.description;
  const statements = written ?? current.statements;
  if (description === current.description && isDeepStrictEqual(statements, current.statements))
    return presentPolicy(current);
  const [updated] = await tx.db
    .update(policies)
    .set({ description, statements, revision: current.revision + 1 })
    .where(and(eq(policies.organizationId, tx.organizationId), eq(policies.id, target.id)))
    .returning();
  return presentPolicy(updated!);
}
