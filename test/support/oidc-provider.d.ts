/** What the tests use of node-oidc-provider, which brings no types of its own. */
declare module "oidc-provider" {
  import type { RequestListener } from "node:http";
  import type { JWK } from "jose";

  export interface Configuration {
    jwks: { keys: JWK[] };
    cookies: { keys: string[] };
    clients: Record<string, string | string[]>[];
    conformIdTokenClaims: boolean;
    claims: Record<string, string[]>;
    pkce: { required: () => boolean };
    ttl: Record<string, number>;
    findAccount: (
      context: unknown,
      id: string,
    ) => { accountId: string; claims: () => { sub: string } & Record<string, unknown> };
  }

  export class Provider {
    constructor(issuer: string, configuration: Configuration);
    callback(): RequestListener;
  }
}
