import { createHmac } from "node:crypto";
import { exportSPKI } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { forge, startOidcIssuer, type OidcIssuer } from "../../../test/support/oidc-issuer.ts";
import { startTestSite, type TestSite } from "../../../test/support/site.ts";
import { oidcVerifier } from "./verifier.ts";

let idp: OidcIssuer;
let site: TestSite;

beforeAll(async () => {
  vi.spyOn(console, "warn").mockImplementation(() => {}); // The issuer warns of its development features.
  idp = await startOidcIssuer();
  const { issuer, audience } = idp;
  site = await startTestSite({
    verifier: oidcVerifier({ issuer, audience }),
    autoCreateOrganization: true,
  });
});
afterAll(async () => {
  await site.stop();
  await idp.stop();
});
afterEach(() => {
  vi.useRealTimers();
});

const me = (token: string) => site.request("GET", "/v1/me", { token });
const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const seconds = () => Math.floor(Date.now() / 1000);

describe("ID-2 people of an OpenID Connect issuer", () => {
  test("ID-2 who signed in there is known here by issuer and subject", async () => {
    const token = await idp.signIn("alice");
    const first = await me(token);
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({ kind: "user", name: "ALICE", email: "alice@example.com" });
    expect((await me(await idp.signIn("alice"))).body.id).toBe(first.body.id);
    expect((await me(await idp.signIn("bob"))).body.id).not.toBe(first.body.id);
    const namesake = await forge(idp, { sub: "other-alice", email: "alice@example.com" });
    expect((await me(namesake)).body.id).not.toBe(first.body.id);
  });

  test("ID-2 e-mail counts as verified only when the issuer says so", async () => {
    await me(await idp.signIn("unverified"));
    await me(await idp.signIn("verified"));
    const { rows } = await site.site.database.pool.query(
      "select subject, email_verified from principals where subject in ('unverified', 'verified') order by 1",
    );
    expect(rows).toEqual([
      { subject: "unverified", email_verified: false },
      { subject: "verified", email_verified: true },
    ]);
  });

  test("ID-6 the first sign-in creates an Organization, also when ten requests come at once", async () => {
    const token = await forge(idp, { sub: "newcomer", name: "Newcomer" });
    const answers = await Promise.all(Array.from({ length: 10 }, () => me(token)));
    expect(new Set(answers.map((it) => it.body.id)).size).toBe(1);
    const after = (await me(token)).body.memberships;
    expect(after).toEqual([
      { organizationId: expect.stringMatching(/^org_/), workspaceId: null, role: "Owner" },
    ]);
  });

  test("ID-2 a disabled person is refused, whatever the issuer says", async () => {
    const token = await forge(idp, { sub: "disabled" });
    expect((await me(token)).status).toBe(200);
    await site.site.database.pool.query(
      "update principals set disabled_at = now() where subject = 'disabled'",
    );
    expect((await me(token)).status).toBe(401);
  });

  test("ID-5 the local issuer never runs beside another one", async () => {
    expect((await me(site.ownerToken)).status).toBe(401);
    const minted = await site.request("POST", "/v1/operator/tokens", {
      token: site.operatorToken,
      body: { organizationId: site.organizationId, email: "a@example.com" },
    });
    expect([minted.status, minted.body.code]).toEqual([409, "local_issuer_off"]);
  });
});

describe("ID-2 what is refused", () => {
  test.each([
    ["of another issuer", { iss: "https://elsewhere.example.com" }],
    ["for another audience", { aud: "another-client" }],
    ["for no audience", { aud: null }],
    ["that expired", { exp: seconds() - 60 }],
    ["without expiry", { exp: null }],
    ["that is not valid yet", { nbf: seconds() + 600 }],
    ["without subject", { sub: null }],
  ])("ID-2 a token %s", async (_case, claims) => {
    expect((await me(await forge(idp, claims))).status).toBe(401);
  });

  test("ID-2 the same token without those faults is taken", async () => {
    expect((await me(await forge(idp))).status).toBe(200);
    expect((await me(await forge(idp, { aud: ["x", idp.audience] }))).status).toBe(200);
  });

  test("ID-2 alg none, and HS256 with the public key as its secret", async () => {
    const payload = base64({ iss: idp.issuer, aud: idp.audience, sub: "x", exp: seconds() + 600 });
    const none = `${base64({ alg: "none" })}.${payload}.`;
    expect((await me(none)).status).toBe(401);
    const secret = await exportSPKI(idp.key.publicKey);
    const signed = `${base64({ alg: "HS256", kid: idp.key.kid })}.${payload}`;
    const signature = createHmac("sha256", secret).update(signed).digest("base64url");
    expect((await me(`${signed}.${signature}`)).status).toBe(401);
  });

  test("ID-2 a changed payload, a cut signature, another key under a known id", async () => {
    const [header, , signature] = (await forge(idp)).split(".");
    const claims = { iss: idp.issuer, aud: idp.audience, sub: "admin", exp: seconds() + 600 };
    expect((await me(`${header}.${base64(claims)}.${signature}`)).status).toBe(401);
    expect((await me((await forge(idp)).slice(0, -8))).status).toBe(401);
    const stranger = await startOidcIssuer();
    const { privateKey } = stranger.key;
    const token = await forge({ ...idp, key: { ...idp.key, privateKey } });
    await stranger.stop();
    expect((await me(token)).status).toBe(401);
  });

  test("ID-2 a token that was taken before, once it has expired", async () => {
    const token = await forge(idp, { exp: seconds() + 30 });
    expect((await me(token)).status).toBe(200);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
    expect((await me(token)).status).toBe(401);
  });
});

describe("ID-2 an issuer out of reach", () => {
  const [header, signature] = ["eyJhbGciOiJSUzI1NiJ9", "c2lnbmF0dXJl"];
  let away: OidcIssuer;
  let behind: TestSite;
  const ask = (token: string) => behind.request("GET", "/v1/me", { token });
  const unavailable = { status: 503, code: "unavailable", retryAfterSeconds: 5 };
  beforeAll(async () => {
    away = await startOidcIssuer();
    const { issuer, audience } = away;
    behind = await startTestSite({ verifier: oidcVerifier({ issuer, audience }) });
  });
  afterAll(() => behind.stop());

  test("ID-2 its tokens answer 503 when its keys cannot be fetched again, and 200 while they are cached", async () => {
    const known = await forge(away, { sub: "known" });
    expect((await ask(known)).status).toBe(200);
    await away.stop();
    expect((await ask(await forge(away, { sub: "cached" }))).status).toBe(200);
    // A key that the cached set does not have may be a new one: only the issuer knows.
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 6_000 });
    const rotated = { ...away, key: { ...away.key, kid: "rotated" } };
    const answer = await ask(await forge(rotated));
    expect(answer.body).toMatchObject(unavailable);
    expect(answer.body.detail).toMatch(/identity provider does not answer/);
    expect(answer.headers.get("retry-after")).toBe("5");
    expect(answer.headers.get("www-authenticate")).toBeNull();
    expect((await ask(known)).status).toBe(200);
  });

  test("ID-2 a site that never reached it answers 503 to its tokens alone", async () => {
    const { issuer, audience } = away;
    const late = await startTestSite({ verifier: oidcVerifier({ issuer, audience }) });
    const asked = (token: string) => late.request("GET", "/v1/me", { token });
    expect((await asked(await forge(away))).body).toMatchObject(unavailable);
    const foreign = base64({ iss: "https://elsewhere.example.com", sub: "x" });
    for (const token of ["garbage", "a.b.c", `${header}.${foreign}.${signature}`])
      expect((await asked(token)).status, token).toBe(401);
    const operator = await late.request("GET", "/v1/operator/clock", { token: late.operatorToken });
    expect(operator.status).toBe(200);
    await late.stop();
  });

  test("ID-2 a bad signature stays 401 while the keys are cached", async () => {
    const [head, payload] = (await forge(away, { sub: "bad" })).split(".");
    expect((await ask(`${head}.${payload}.${signature}`)).status).toBe(401);
  });
});

describe("ID-2 the issuer's keys", () => {
  test("ID-2 are cached, and fetched again for an unknown key id, but not for every one", async () => {
    await me(await forge(idp, { sub: "before" }));
    const before = idp.jwksRequests();
    await me(await forge(idp, { sub: "cached" }));
    expect(idp.jwksRequests()).toBe(before);

    await idp.rotate();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 6_000 });
    expect((await me(await forge(idp, { sub: "after" }))).status).toBe(200);
    expect(idp.jwksRequests()).toBe(before + 1);

    const unknown = { ...idp, key: { ...idp.key, kid: "unknown" } };
    for (const sub of ["a", "b", "c"]) {
      expect((await me(await forge(unknown, { sub }))).status).toBe(401);
    }
    expect(idp.jwksRequests()).toBe(before + 1);
  });

  test("ID-2 an issuer that was out of reach is asked again with the next token", async () => {
    const late = await startOidcIssuer();
    const token = await forge(late);
    let reachable = false;
    const { fetch } = globalThis;
    vi.spyOn(globalThis, "fetch").mockImplementation((...call) =>
      reachable ? fetch(...call) : Promise.reject(new TypeError("fetch failed")),
    );
    const verifier = oidcVerifier({ issuer: late.issuer, audience: late.audience });
    await expect(verifier.verify(token)).rejects.toThrow("fetch failed");
    reachable = true;
    expect(await verifier.verify(token)).toMatchObject({ subject: "forged", issuer: late.issuer });
    vi.mocked(globalThis.fetch).mockRestore();
    await late.stop();
  });

  test("ID-2 a discovery document that speaks for another issuer is not believed", async () => {
    const other = `${idp.issuer}/`;
    const verifier = oidcVerifier({ issuer: other, audience: idp.audience });
    const token = await forge(idp, { iss: other });
    await expect(verifier.verify(token)).rejects.toThrow("speaks for another issuer");
  });
});
