import { and, eq } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import { principals } from "#db/schema/principals.ts";
import { withSystem, type Tx } from "#db/tenant.ts";
import { recordAudit } from "#domain/audit/record.ts";
import { newId, publicId } from "#domain/ids.ts";
import { insertOrganization } from "#domain/organizations/insert-organization.ts";
import type { VerifiedIdentity } from "#ports/identity.ts";

export interface SignedIn {
  principalId: string;
  name: string;
  email: string | null;
}

interface Options {
  database: Database;
  autoCreateOrganization: boolean;
  currency: "VND" | "USD" | "JPY";
}

function find(db: Database["read"], identity: Pick<VerifiedIdentity, "issuer" | "subject">) {
  return db
    .select()
    .from(principals)
    .where(and(eq(principals.issuer, identity.issuer), eq(principals.subject, identity.subject)))
    .then((rows) => rows[0]);
}

/**
 * Records the person behind a verified identity, (issuer, subject), who on a site with `autoCreateOrganization` gets an
 * Organization (ID-6).
 */
export function firstSignIn(options: Options, identity: VerifiedIdentity): Promise<SignedIn> {
  return withSystem(options.database, (tx) => signIn(tx, options, identity));
}

async function signIn(tx: Tx, options: Options, identity: VerifiedIdentity): Promise<SignedIn> {
  const person = await ensurePerson(tx, identity);
  if (person.created) {
    const actor = {
      kind: "user",
      id: person.principalId,
      name: person.email ?? person.name,
    } as const;
    await recordAudit(tx, {
      organizationId: null,
      workspaceId: null,
      actor,
      scope: "Organization",
      category: "Principals",
      action: "signIn",
      target: { kind: "user", id: publicId("user", person.principalId) },
      outcome: "SUCCESS",
    });
    if (options.autoCreateOrganization) {
      await insertOrganization(tx, {
        name: person.name,
        ownerId: person.principalId,
        currency: options.currency,
      });
    }
  }
  return { principalId: person.principalId, name: person.name, email: person.email };
}

/** Records a person where missing; `created` says whether this call did. Safe against two requests at once. */
export async function ensurePerson(
  tx: Tx,
  identity: Pick<VerifiedIdentity, "issuer" | "subject" | "email" | "emailVerified" | "name">,
): Promise<SignedIn & { created: boolean }> {
  const name = identity.name ?? identity.email ?? identity.subject;
  const [inserted] = await tx.db
    .insert(principals)
    .values({
      id: newId(),
      kind: "user",
      issuer: identity.issuer,
      subject: identity.subject,
      email: identity.email,
      emailVerified: identity.emailVerified,
      name,
      createdAt: tx.now,
    })
    .onConflictDoNothing()
    .returning();
  if (inserted !== undefined)
    return { principalId: inserted.id, name, email: inserted.email, created: true };
  const known = await find(tx.db, identity);
  return { principalId: known!.id, name: known!.name, email: known!.email, created: false };
}
