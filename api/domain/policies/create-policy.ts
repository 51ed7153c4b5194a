import { and, eq } from "drizzle-orm";
import { policies } from "#db/schema/organizations.ts";
import type { TenantTx } from "#db/tenant.ts";
import type { ChangeContext } from "#domain/context.ts";
import { DomainError } from "#domain/errors.ts";
import { newId } from "#domain/ids.ts";
import { checkStatements, type WrittenStatement } from "./check-statements.ts";
import { presentPolicy } from "./present-policy.ts";

interface Input {
  name: string;
  description?: string | undefined;
  statements: WrittenStatement[];
  clientToken?: string | undefined;
}

/**
 * Creates a Policy, attached to nothing (POL-1); a repeated `clientToken` returns the one that lives (IAC-3). Throws
 * `invalid_input` (POL-4), `name_taken`.
 */
export async function createPolicy({ tx, site }: ChangeContext, input: Input) {
  const [created] = await tx.db
    .insert(policies)
    .values({
      id: newId(),
      organizationId: tx.organizationId,
      name: input.name,
      description: input.description ?? null,
      statements: checkStatements(site, input.statements),
      clientToken: input.clientToken ?? null,
      createdAt: tx.now,
    })
    .onConflictDoNothing()
    .returning();
  if (created !== undefined) return presentPolicy(created);
  const living = await livingByToken(tx, input.clientToken);
  if (living !== undefined) return presentPolicy(living);
  throw new DomainError(
    "name_taken",
    `A Policy named "${input.name}" exists already in this Organization. Choose another name.`,
    { errors: [{ pointer: "/name", code: "name_taken", message: "is taken" }] },
  );
}

async function livingByToken(tx: TenantTx, clientToken: string | undefined) {
  if (clientToken === undefined) return undefined;
  const [living] = await tx.db
    .select()
    .from(policies)
    .where(
      and(eq(policies.organizationId, tx.organizationId), eq(policies.clientToken, clientToken)),
    );
  return living;
}
