import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  exportJWK,
  generateKeyPair,
  SignJWT,
  type CryptoKey,
  type JWK,
  type JWTPayload,
} from "jose";
import { Provider, type Configuration } from "oidc-provider";

const CLIENT = "aifactory";
const REDIRECT = "https://console.example.com/callback";

/** A real OpenID Connect issuer (node-oidc-provider), and the keys to forge tokens in its name. */
export interface OidcIssuer {
  readonly issuer: string;
  /** What its ID tokens are for. */
  readonly audience: string;
  /** The signing key of the moment. */
  readonly key: { kid: string; privateKey: CryptoKey; publicKey: CryptoKey };
  /** How often its key set was asked for. */
  jwksRequests(): number;
  /** Goes through login and consent as a browser does; answers the ID token. */
  signIn(login: string): Promise<string>;
  /** Puts another signing key in the place of the present one, which stays in the set. */
  rotate(): Promise<void>;
  stop(): Promise<void>;
}

type Key = OidcIssuer["key"] & { jwk: JWK };

export async function startOidcIssuer(): Promise<OidcIssuer> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const keys = [await newKey("first")];
  let handle = new Provider(issuer, configuration(keys)).callback();
  let jwksRequests = 0;
  server.on("request", (request, response) => {
    if (request.url === "/jwks") jwksRequests += 1;
    void handle(request, response);
  });
  return {
    issuer,
    audience: CLIENT,
    get key() {
      return keys[0]!;
    },
    jwksRequests: () => jwksRequests,
    signIn: (login) => signIn(issuer, login),
    async rotate() {
      keys.unshift(await newKey(`key-${keys.length}`));
      handle = new Provider(issuer, configuration(keys)).callback();
    },
    stop: () => close(server),
  };
}

/** A JWT as the issuer would sign it; `null` takes a claim out. */
export async function forge(
  { issuer, audience, key }: Pick<OidcIssuer, "issuer" | "audience" | "key">,
  claims: Record<string, unknown> = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const all = { iss: issuer, aud: audience, sub: "forged", iat: now, exp: now + 600, ...claims };
  const kept = Object.entries(all).filter(([, value]) => value !== null);
  return new SignJWT(Object.fromEntries(kept) as JWTPayload)
    .setProtectedHeader({ alg: "RS256", kid: key.kid })
    .sign(key.privateKey);
}

async function newKey(kid: string): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), kid, use: "sig", alg: "RS256" };
  return { kid, privateKey, publicKey, jwk };
}

function configuration(keys: Key[]): Configuration {
  return {
    jwks: { keys: keys.map(({ jwk }) => jwk) },
    cookies: { keys: ["test"] },
    clients: [
      {
        client_id: CLIENT,
        client_secret: "secret",
        redirect_uris: [REDIRECT],
        response_types: ["code"],
        grant_types: ["authorization_code"],
      },
    ],
    // E-mail and name in the ID token itself, as issuers of organizations are configured.
    conformIdTokenClaims: false,
    claims: { email: ["email", "email_verified"], profile: ["name"] },
    pkce: { required: () => false },
    ttl: { AccessToken: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    findAccount: (_ctx, id) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        email: `${id}@example.com`,
        email_verified: id !== "unverified",
        name: id.toUpperCase(),
      }),
    }),
  };
}

async function signIn(issuer: string, login: string): Promise<string> {
  const cookies = new Map<string, string>();
  const query = new URLSearchParams({
    client_id: CLIENT,
    redirect_uri: REDIRECT,
    response_type: "code",
    scope: "openid email profile",
  });
  let next = `${issuer}/auth?${query.toString()}`;
  let form: URLSearchParams | undefined;
  while (!next.startsWith(REDIRECT)) {
    const response = await fetch(next, {
      redirect: "manual",
      headers: { cookie: [...cookies].map((pair) => pair.join("=")).join("; ") },
      ...(form === undefined ? {} : { method: "POST", body: form }),
    });
    form = undefined;
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)!;
      if (value === "") cookies.delete(name!);
      else cookies.set(name!, value!);
    }
    const location = response.headers.get("location");
    if (location !== null) {
      next = new URL(location, next).href;
      continue;
    }
    const page = await response.text();
    const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
    if (prompt === undefined) throw new Error(`the issuer answered ${response.status}: ${page}`);
    form = new URLSearchParams({ prompt, login, password: "any" });
  }
  return exchange(issuer, new URL(next).searchParams.get("code")!);
}

async function exchange(issuer: string, code: string): Promise<string> {
  const response = await fetch(`${issuer}/token`, {
    method: "POST",
    headers: { authorization: `Basic ${Buffer.from(`${CLIENT}:secret`).toString("base64")}` },
    body: new URLSearchParams({ grant_type: "authorization_code", code, redirect_uri: REDIRECT }),
  });
  const { id_token: idToken } = (await response.json()) as { id_token?: string };
  if (idToken === undefined) throw new Error(`the issuer gave no ID token: ${response.status}`);
  return idToken;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
