import {
  createRemoteJWKSet,
  decodeJwt,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
} from "jose";
import {
  IssuerUnavailable,
  type IdentityVerifier,
  type VerifiedIdentity,
} from "#ports/identity.ts";

/** Asymmetric signatures only: a shared secret or "none" would let anyone who knows the public key sign. */
export const ALGORITHMS = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
];

const CLOCK_TOLERANCE_SECONDS = 5;

/**
 * Verifies JWTs of an OpenID Connect issuer against its JWKS: found by discovery, cached, fetched again on an unknown
 * key id (ID-2). Throws `IssuerUnavailable` where the keys cannot be had.
 */
export function oidcVerifier(options: { issuer: string; audience: string }): IdentityVerifier {
  let keys: Promise<JWTVerifyGetKey> | undefined;
  const discovered = () => {
    keys ??= discover(options.issuer).catch((error: unknown) => {
      keys = undefined; // The issuer was out of reach: ask again with the next token.
      throw error;
    });
    return keys;
  };
  return {
    issuer: options.issuer,
    async verify(jwt) {
      // What is no JWT of this issuer is refused without asking it anything, so also while it is out of reach.
      if (decodeJwt(jwt).iss !== options.issuer) throw new Error("a token of another issuer");
      return verifyWith(await discovered(), jwt, options);
    },
  };
}

async function discover(issuer: string): Promise<JWTVerifyGetKey> {
  const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000), redirect: "error" });
    if (!response.ok) throw new Error(`it answered ${response.status}`);
    const metadata = (await response.json()) as { issuer?: unknown; jwks_uri?: unknown };
    if (metadata.issuer !== issuer) throw new Error("it speaks for another issuer");
    return remoteKeys(new URL(String(metadata.jwks_uri)));
  } catch (error) {
    throw unavailable(url, error);
  }
}

function remoteKeys(url: URL): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(url, { cooldownDuration: 5_000, timeoutDuration: 5_000 });
  return (header, token) =>
    keys(header, token).catch((error: unknown) => {
      throw isOfToken(error) ? error : unavailable(url.href, error);
    });
}

/** The set was there, and the token names a key or algorithm that is not in it. */
function isOfToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  );
}

function unavailable(url: string, cause: unknown): IssuerUnavailable {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new IssuerUnavailable(`${url}: ${reason}`, { cause });
}

/** Checks signature, algorithm, `iss`, `aud`, `exp`, `nbf` and that there is a subject. */
export async function verifyWith(
  keys: JWTVerifyGetKey,
  jwt: string,
  expected: { issuer: string; audience: string },
): Promise<VerifiedIdentity> {
  const { payload } = await jwtVerify(jwt, keys, {
    issuer: expected.issuer,
    audience: expected.audience,
    algorithms: ALGORITHMS,
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    requiredClaims: ["exp", "sub"],
  });
  return identityOf(payload);
}

function identityOf(payload: JWTPayload): VerifiedIdentity {
  const email = typeof payload.email === "string" ? payload.email : null;
  return {
    issuer: payload.iss!,
    subject: payload.sub!,
    email,
    emailVerified: email !== null && payload.email_verified === true,
    name: typeof payload.name === "string" ? payload.name : null,
    expiresAt: payload.exp!,
  };
}
