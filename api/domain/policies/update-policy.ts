import { isDeepStrictEqual } from "node:util";
import { and, eq } from "drizzle-orm";
import { policies } from "#db/schema/organizations.ts";
import type { ChangeContext } from "#domain/context.ts";
import { checkRevision } from "#domain/revision.ts";
import { checkStatements, type WrittenStatement } from "./check-statements.ts";
import { presentChanges } from "./compare-access.ts";
import { lockPolicy } from "./hold-policy.ts";
import { judgeEdit } from "./judge-edit.ts";
import { presentPolicy } from "./present-policy.ts";
import { refuseNewAccess, type Expectation } from "./refuse-new-access.ts";

interface Input {
  description?: string | null | undefined;
  statements?: WrittenStatement[] | undefined;
  expect?: Expectation;
}

/**
 * Edits a Policy, in effect with the next request wherever it is attached, and says what that gives and takes there
 * (POL-8); what changes nothing makes no revision. Throws `invalid_input` (POL-4), `revision_mismatch`, `new_access`.
 */
export async function updatePolicy(ctx: ChangeContext, input: Input) {
  const { tx, site, authorization, ifMatch } = ctx;
  const written =
    input.statements === undefined ? undefined : checkStatements(site, input.statements);
  const current = await lockPolicy(tx, authorization.target.id);
  checkRevision(ifMatch, current.revision);
  const description = input.description === undefined ? current.description : input.description;
  const statements = written ?? current.statements;
  const sameStatements = isDeepStrictEqual(statements, current.statements);
  if (description === current.description && sameStatements)
    return { ...presentPolicy(current), changes: [] };

  const changes = sameStatements ? [] : await judgeEdit(ctx, current, statements);
  refuseNewAccess(input.expect, changes);
  const [updated] = await tx.db
    .update(policies)
    .set({ description, statements, revision: current.revision + 1 })
    .where(and(eq(policies.organizationId, tx.organizationId), eq(policies.id, current.id)))
    .returning();
  return { ...presentPolicy(updated!), changes: presentChanges(changes) };
}
