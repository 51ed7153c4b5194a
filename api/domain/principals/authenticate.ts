import type { Database } from "#db/database.ts";
import type { Actor, PrincipalActor } from "#domain/access/actor.ts";
import { DomainError } from "#domain/errors.ts";
import {
  IssuerUnavailable,
  type IdentityVerifier,
  type VerifiedIdentity,
} from "#ports/identity.ts";
import { findCaller, type CallerRow, type Found, type Proof, type Wanted } from "./find-caller.ts";
import { recordUse } from "./record-use.ts";
import { hashSecret, sameHash, TOKEN_PREFIX } from "./secrets.ts";
import { firstSignIn } from "./sign-in.ts";

export interface AuthenticatorOptions {
  database: Database;
  verifier: IdentityVerifier;
  /** SHA-256 of the operator's token; null where the site has no operator access. */
  operatorTokenHash: Buffer | null;
  autoCreateOrganization: boolean;
  /** The site's currency, for Wallets of Organizations created at sign-in. */
  currency: "VND" | "USD" | "JPY";
  onRefused: (reason: string) => void;
  /** The issuer cannot be asked; the reason is for the operator. */
  onUnavailable: (reason: string) => void;
}

export interface Identified extends Omit<Found, "caller"> {
  readonly actor: Actor;
}

const VERIFIED_LIMIT = 10_000;

/**
 * Turns a bearer token into an actor: the operator's token, an API token (ID-3) or a JWT of the site's issuer (ID-2).
 * Every refusal is the same 401, whatever was wrong; where the issuer cannot be asked it is `unavailable`.
 */
export class Authenticator {
  readonly #options: AuthenticatorOptions;
  /** JWTs whose signature was checked, until they expire: verification costs more than a whole read. */
  readonly #verified = new Map<string, VerifiedIdentity>();

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
  }

  /** Who asks, and what for; null where there is no such thing. */
  async identify(
    authorization: string | undefined,
    wanted: Wanted | null = null,
  ): Promise<Identified> {
    const proof = await this.#prove(authorization);
    if (proof === "operator") return { actor: { kind: "operator" }, target: null, shown: null };
    const { caller, ...found } = await findCaller(this.#options.database, proof, wanted);
    const actor =
      proof.kind === "identity"
        ? await this.#byIdentity(proof.identity, caller)
        : await this.#byApiToken(caller);
    return { actor, ...found };
  }

  /** Who made the session that this is the cookie of, at the wanted resource; null where it has ended. */
  async identifySession(secret: string, wanted: Wanted): Promise<Identified | null> {
    const proof = { kind: "accessSession", hash: hashSecret(secret) } as const;
    const { caller, ...found } = await findCaller(this.#options.database, proof, wanted);
    if (caller === null || caller.disabled) return null;
    const { id, kind, name, email, token } = caller;
    const credential = {
      tokenId: token?.id ?? null,
      readOnly: token?.readOnly ?? false,
      workspaceId: token?.workspaceId ?? null,
      verifiedEmail: null,
    };
    return { actor: { kind, principalId: id, name, email, credential }, ...found };
  }

  async #prove(authorization: string | undefined): Promise<Proof | "operator"> {
    const token = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization ?? "")?.[1];
    if (token === undefined) throw unauthenticated('Send "Authorization: Bearer <token>".');
    const hash = hashSecret(token);
    const operator = this.#options.operatorTokenHash;
    if (operator !== null && sameHash(hash, operator)) return "operator";
    return token.startsWith(TOKEN_PREFIX)
      ? { kind: "apiToken", hash }
      : { kind: "identity", identity: await this.#verify(token) };
  }

  async #byApiToken(caller: CallerRow | null): Promise<PrincipalActor> {
    if (caller === null || caller.token === null || caller.disabled)
      throw this.#refused("API token unknown, expired or revoked");
    const { id, kind, name, email, token } = caller;
    if (token.stale) await recordUse(this.#options.database, caller, token);
    const { readOnly, workspaceId } = token;
    return {
      kind,
      principalId: id,
      name,
      email,
      credential: { tokenId: token.id, readOnly, workspaceId, verifiedEmail: null },
    };
  }

  async #byIdentity(identity: VerifiedIdentity, caller: CallerRow | null): Promise<PrincipalActor> {
    if (caller?.disabled) throw this.#refused("the person is disabled");
    const person =
      caller === null
        ? await firstSignIn(this.#options, identity)
        : { principalId: caller.id, name: caller.name, email: caller.email };
    return {
      kind: "user",
      ...person,
      credential: {
        tokenId: null,
        readOnly: false,
        workspaceId: null,
        verifiedEmail: identity.emailVerified ? identity.email : null,
      },
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
      const reason = error instanceof Error ? error.message : String(error);
      if (!(error instanceof IssuerUnavailable)) throw this.#refused(reason);
      this.#options.onUnavailable(reason);
      throw issuerAway();
    }
  }

  #refused(reason: string): DomainError {
    this.#options.onRefused(reason);
    return unauthenticated(
      "The token is not valid: unknown, expired, revoked, or not of this site’s issuer.",
    );
  }
}

function unauthenticated(message: string): DomainError {
  return new DomainError("unauthenticated", message);
}

function issuerAway(): DomainError {
  return new DomainError(
    "unavailable",
    "The site’s identity provider does not answer, so this sign-in cannot be checked. Try again in a moment; API tokens work.",
    { retryAfterSeconds: 5 },
  );
}
