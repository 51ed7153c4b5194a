import { eq, sql } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import { siteFacts } from "#db/schema/site.ts";
import { withSystem, type Tx } from "#db/tenant.ts";
import type { Currency } from "#domain/catalogue/schema.ts";
import { publicId } from "#domain/ids.ts";
import { insertOrganization } from "#domain/organizations/insert-organization.ts";
import { ensurePerson } from "#domain/principals/sign-in.ts";
import type { LocalIssuer } from "#ports/identity.ts";

const FACT = "localOrganization";
const OWNER = { subject: "owner@local", email: "owner@local", name: "Local owner" };
const OWNER_TOKEN_SECONDS = 365 * 24 * 3600;

/** The Organization `local` of a site with the local issuer, made once, and a token for its Owner. */
export async function localOrganization(
  database: Database,
  issuer: LocalIssuer,
  currency: Currency,
) {
  const id = await withSystem(database, async (tx) => {
    // Two replicas may start at once on an empty database.
    await tx.db.execute(sql`select pg_advisory_xact_lock(hashtext(${FACT}))`);
    return (await known(tx)) ?? (await make(tx, issuer, currency));
  });
  const ownerToken = await issuer.issue(OWNER, { expiresInSeconds: OWNER_TOKEN_SECONDS });
  return { organizationId: publicId("organization", id), ownerToken };
}

async function known(tx: Tx): Promise<string | undefined> {
  const [fact] = await tx.db.select().from(siteFacts).where(eq(siteFacts.name, FACT));
  return fact === undefined ? undefined : String(fact.value);
}

async function make(tx: Tx, issuer: LocalIssuer, currency: Currency): Promise<string> {
  const owner = await ensurePerson(tx, { issuer: issuer.issuer, emailVerified: true, ...OWNER });
  const { id } = await insertOrganization(tx, {
    name: "local",
    ownerId: owner.principalId,
    currency,
  });
  await tx.db.insert(siteFacts).values({ name: FACT, value: id });
  return id;
}
