import { sql } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import type { Actor, PrincipalActor } from "#domain/access/actor.ts";
import { DomainError } from "#domain/errors.ts";
import type { IdentityVerifier, VerifiedIdentity } from "#ports/identity.ts";
import { recordFirstUse, type UsedToken } from "./record-first-use.ts";
import { hashSecret, sameHash, TOKEN_PREFIX } from "./secrets.ts";
import { signIn } from "./sign-in.ts";

export interface AuthenticatorOptions {
  database: Database;
  verifier: IdentityVerifier;
  /** SHA-256 of the operator's token; null where the site has no operator access. */
  operatorTokenHash: Buffer | null;
  autoCreateOrganization: boolean;
  /** The site's currency, for Wallets of Organizations created at sign-in. */
  currency: "VND" | "USD" | "JPY";
  onRefused: (reason: string) => void;
}

const VERIFIED_LIMIT = 10_000;

/**
 * Turns a bearer token into an actor: the operator's token, an API token (ID-3) or a JWT of the site's issuer (ID-2).
 * Every refusal is the same 401, whatever was wrong.
 */
export class Authenticator {
  readonly #options: AuthenticatorOptions;
  /** JWTs whose signature was checked, until they expire: verification costs more than a whole read. */
  readonly #verified = new Map<string, VerifiedIdentity>();

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
  }

  async authenticate(authorization: string | undefined): Promise<Actor> {
    const token = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization ?? "")?.[1];
    if (token === undefined) throw unauthenticated('Send "Authorization: Bearer <token>".');
    const operator = this.#options.operatorTokenHash;
    if (operator !== null && sameHash(hashSecret(token), operator)) return { kind: "operator" };
    return token.startsWith(TOKEN_PREFIX) ? this.#byApiToken(token) : this.#byJwt(token);
  }

  async #byApiToken(token: string): Promise<PrincipalActor> {
    // Last use is kept to the minute, so that reads stay reads.
    const { rows } = await this.#options.database.read.execute<
      TokenRow & Record<string, unknown>
    >(sql`
      with found as (
        select t.id, t.read_only, t.workspace_id, t.last_used_at, p.id as principal_id, p.kind, p.name, p.email,
          coalesce(p.organization_id, w.organization_id) as organization_id
        from api_tokens t join principals p on p.id = t.principal_id left join workspaces w on w.id = t.workspace_id
        where t.hash = ${hashSecret(token)} and t.revoked_at is null and t.expires_at > clock_timestamp() and p.disabled_at is null
      ), used as (
        update api_tokens t set last_used_at = clock_timestamp() from found
        where t.id = found.id and (t.last_used_at is null or t.last_used_at < clock_timestamp() - interval '1 minute')
        returning t.id
      )
      select found.*, found.last_used_at is null and exists (select from used) as first_use from found`);
    const row = rows[0];
    if (row === undefined) throw this.#refused("API token unknown, expired or revoked");
    if (row.first_use) await recordFirstUse(this.#options.database, row);
    return {
      kind: row.kind,
      principalId: row.principal_id,
      name: row.name,
      email: row.email,
      credential: { tokenId: row.id, readOnly: row.read_only, workspaceId: row.workspace_id },
    };
  }

  async #byJwt(jwt: string): Promise<PrincipalActor> {
    const identity = await this.#verify(jwt);
    const principal = await signIn(this.#options, identity);
    if (principal === null) throw this.#refused("the person is disabled");
    return {
      kind: "user",
      ...principal,
      credential: { tokenId: null, readOnly: false, workspaceId: null },
    };
  }

  async #verify(jwt: string): Promise<VerifiedIdentity> {
    const known = this.#verified.get(jwt);
    if (known !== undefined && known.expiresAt * 1000 > Date.now()) return known;
    this.#verified.delete(jwt);
    try {
      const identity = await this.#options.verifier.verify(jwt);
      this.#verified.set(jwt, identity);
      if (this.#verified.size > VERIFIED_LIMIT)
        this.#verified.delete(this.#verified.keys().next().value!);
      return identity;
    } catch (error) {
      throw this.#refused(error instanceof Error ? error.message : String(error));
    }
  }

  #refused(reason: string): DomainError {
    this.#options.onRefused(reason);
    return unauthenticated(
      "The token is not valid: unknown, expired, revoked, or not of this site’s issuer.",
    );
  }
}

interface TokenRow extends UsedToken {
  read_only: boolean;
  first_use: boolean;
}

function unauthenticated(message: string): DomainError {
  return new DomainError("unauthenticated", message);
}
