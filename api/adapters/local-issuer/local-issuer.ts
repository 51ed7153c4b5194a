import { eq } from "drizzle-orm";
import { exportJWK, generateKeyPair, importJWK, SignJWT, type JWK } from "jose";
import type { Database } from "#db/database.ts";
import { siteFacts } from "#db/schema/site.ts";
import { withSystem } from "#db/tenant.ts";
import type { LocalIssuer } from "#ports/identity.ts";
import { verifyWith } from "../oidc/verifier.ts";

export const LOCAL_ISSUER = "urn:aifactory:local";
const AUDIENCE = "aifactory";
const ALGORITHM = "Ed25519";
const FACT = "localIssuerKey";

/**
 * The issuer of simulated sites, so that a newcomer needs no identity server (ID-5). Its key lies in the database, so
 * all replicas accept what one of them issued.
 */
export async function localIssuer(database: Database): Promise<LocalIssuer> {
  const privateJwk = await loadOrMakeKey(database);
  const privateKey = await importJWK(privateJwk, ALGORITHM);
  const { d: _secret, ...publicJwk } = privateJwk;
  const publicKey = await importJWK(publicJwk, ALGORITHM);
  if (publicKey instanceof Uint8Array) throw new Error("the local issuer needs an asymmetric key");
  return {
    issuer: LOCAL_ISSUER,
    verify: (jwt) =>
      verifyWith(async () => publicKey, jwt, { issuer: LOCAL_ISSUER, audience: AUDIENCE }),
    issue: (identity, { expiresInSeconds }) =>
      new SignJWT({ email: identity.email, email_verified: true, name: identity.name })
        .setProtectedHeader({ alg: ALGORITHM })
        .setIssuer(LOCAL_ISSUER)
        .setAudience(AUDIENCE)
        .setSubject(identity.subject)
        .setIssuedAt()
        .setExpirationTime(Math.floor(Date.now() / 1000) + expiresInSeconds)
        .sign(privateKey),
  };
}

// Two replicas may start at once: the first insert wins, both read the same key.
async function loadOrMakeKey(database: Database): Promise<JWK> {
  return withSystem(database, async ({ db }) => {
    const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
    await db
      .insert(siteFacts)
      .values({ name: FACT, value: await exportJWK(privateKey) })
      .onConflictDoNothing();
    const [fact] = await db.select().from(siteFacts).where(eq(siteFacts.name, FACT));
    return fact!.value as JWK;
  });
}
