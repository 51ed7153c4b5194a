/** Who a JWT says its bearer is, after every check (ID-2). */
export interface VerifiedIdentity {
  readonly issuer: string;
  readonly subject: string;
  readonly email: string | null;
  readonly emailVerified: boolean;
  readonly name: string | null;
  /** Machine time, seconds since 1970. */
  readonly expiresAt: number;
}

/** Verifies JWTs of the one configured issuer. */
export interface IdentityVerifier {
  readonly issuer: string;
  /**
   * Throws when anything is wrong with the token, and `IssuerUnavailable` when that cannot be told; messages are for the
   * log, never for the caller.
   */
  verify(jwt: string): Promise<VerifiedIdentity>;
}

/** The issuer's keys cannot be had: whether the token is good is unknown. */
export class IssuerUnavailable extends Error {
  override readonly name = "IssuerUnavailable";
}

/** Issues JWTs itself; simulated sites only (ID-5). */
export interface LocalIssuer extends IdentityVerifier {
  issue(
    identity: { subject: string; email: string; name: string },
    options: { expiresInSeconds: number },
  ): Promise<string>;
}
