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
  /** Throws when anything is wrong with the token; the message is for the log, never for the caller. */
  verify(jwt: string): Promise<VerifiedIdentity>;
}

/** Issues JWTs itself; simulated sites only (ID-5). */
export interface LocalIssuer extends IdentityVerifier {
  issue(
    identity: { subject: string; email: string; name: string },
    options: { expiresInSeconds: number },
  ): Promise<string>;
}
