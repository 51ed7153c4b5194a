import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAccessCheck } from "../../api/http/access-check/access-check.ts";
import { startHttpServer, type HttpServer } from "../../api/http-server.ts";
import { newId } from "../../api/domain/ids.ts";
import { attachPolicy, writePolicy } from "../support/fixture-targets.ts";
import { makeServiceAccount, makeToken, must } from "../support/fixture.ts";
import { askGateway, rawRequest, type AskOptions, type GatewayKind } from "../support/gateway.ts";
import { startRunningSite, type RunningSite } from "../support/running-site.ts";
import type { Person } from "../support/site.ts";

const COOKIE = "__Host-aifactory-access";

let site: RunningSite;
let check: HttpServer;
let workspaceId: string;
/** A notebook and a container of the Owner, running. */
let notebook: Resource;
let container: Resource;
beforeAll(async () => {
  site = await startRunningSite();
  const { grants, authenticator } = site;
  const onError = (error: unknown) => console.error(error);
  const app = createAccessCheck({ site: site.site, grants, authenticator, onError });
  check = await startHttpServer(app.fetch, { port: 0, host: "127.0.0.1" }, null);
  workspaceId = await site.createWorkspace();
  notebook = await makeNotebook();
  container = await makeContainer();
});
afterAll(async () => {
  await check?.drain(1000);
  await site?.stop();
});

interface Resource {
  readonly path: string;
  readonly host: string;
  readonly accessToken: string;
}

async function bring(collection: string, body: object, token = site.ownerToken): Promise<Resource> {
  const made = await must(
    site.ask("POST", `/v1/workspaces/${workspaceId}/${collection}`, body, token),
  );
  await site.pass(30);
  const path = `/v1/${collection}/${made.id}`;
  const { endpoints, accessToken } = await must(site.ask("GET", `${path}/access`));
  return { path, host: new URL(endpoints[0].address).host, accessToken };
}

const makeNotebook = (token?: string) =>
  bring(
    "notebooks",
    {
      name: "research",
      region: "hanoi",
      flavor: "h100-sxm5-1",
      image: "jupyter-base",
      homeVolume: { sizeGib: 10 },
    },
    token,
  );
const makeContainer = (token?: string) =>
  bring(
    "containers",
    {
      name: "server",
      region: "hanoi",
      flavor: "h100-sxm5-1",
      image: "ubuntu:24.04",
      ports: [
        { port: 8000, protocol: "HTTP" },
        { port: 8001, protocol: "HTTP" },
        { port: 22, protocol: "TCP" },
      ],
    },
    token,
  );

let people = 0;
function member(): Promise<Person> {
  return site.mint(`member-${(people += 1)}@example.com`, { [workspaceId]: "Member" });
}

const ask = (host: string, options: AskOptions = {}, kind: GatewayKind = "envoy") =>
  askGateway(kind, check.url, host, options);
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const OPENED = {
  "sec-fetch-site": "none",
  "sec-fetch-mode": "navigate",
  "sec-fetch-dest": "document",
};
const SAME_ORIGIN = { "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors" };

async function linkTo({ path }: Resource, token = site.ownerToken, body: object = {}) {
  const { url } = await must(site.ask("POST", `${path}/access-sessions`, body, token));
  const { host, pathname, search } = new URL(url);
  return { host, path: `${pathname}${search}` };
}

/** Opens a link, and answers the cookie that a browser has afterwards. */
async function signIn(resource: Resource, token?: string, kind?: GatewayKind): Promise<string> {
  const { host, path } = await linkTo(resource, token);
  const opened = await ask(host, { path, headers: OPENED }, kind);
  expect(opened.status, opened.body).toBe(302);
  return opened.headers["set-cookie"]![0]!.split(";")[0]!;
}

const codeOf = ({ body }: { body: string }) => JSON.parse(body).code;

describe.each(["envoy", "traefik"] as const)("through a gateway such as %s", (kind) => {
  test("RES-6 a notebook's address takes the API's token, and shows the workload its own instead", async () => {
    const headers = { ...bearer(site.ownerToken), cookie: "_xsrf=2; theme=dark" };
    const { status, seen } = await ask(notebook.host, { path: "/lab?a=b", headers }, kind);
    expect(status).toBe(200);
    expect(seen).toMatchObject({
      authorization: `token ${notebook.accessToken}`,
      cookie: "_xsrf=2; theme=dark",
    });
    expect(JSON.stringify(seen)).not.toContain(site.ownerToken);
  });

  test("RES-6 a container sees neither our token nor our cookie, and what is its own as it is", async () => {
    const { seen } = await ask(container.host, { headers: bearer(site.ownerToken) }, kind);
    expect(seen).not.toBeNull();
    expect(seen).not.toHaveProperty("authorization");
    expect(seen).not.toHaveProperty("cookie");
    const cookie = await signIn(container, undefined, kind);
    const headers = { cookie: `a=1; ${cookie}; b=2`, authorization: "Basic b3duOm93bg==" };
    const own = await ask(container.host, { headers: { ...headers, ...SAME_ORIGIN } }, kind);
    expect(own.seen).toMatchObject({ cookie: "a=1; b=2", authorization: "Basic b3duOm93bg==" });
  });

  test("RES-6 a link signs a browser in at that address, once", async () => {
    const { host, path } = await linkTo(notebook);
    expect(host).toBe(notebook.host);
    const opened = await ask(host, { path, headers: OPENED }, kind);
    expect(opened).toMatchObject({ status: 302, seen: null });
    expect(opened.headers).toMatchObject({
      location: "/",
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
    });
    expect(opened.headers["set-cookie"]).toEqual([
      expect.stringMatching(
        new RegExp(`^${COOKIE}=[\\w-]{43}; Path=/; Max-Age=43200; Secure; HttpOnly; SameSite=Lax$`),
      ),
    ]);
    const cookie = opened.headers["set-cookie"]![0]!.split(";")[0]!;
    const again = await ask(host, { path, headers: OPENED }, kind);
    expect([again.status, codeOf(again)]).toEqual([401, "unauthenticated"]);
    expect(again.headers["set-cookie"]).toBeUndefined();

    const page = await ask(host, { headers: { ...OPENED, cookie } }, kind);
    expect(page.seen).toMatchObject({ authorization: `token ${notebook.accessToken}` });
    expect(page.seen).not.toHaveProperty("cookie");
  });

  test("RBAC-6 what is refused is refused as everywhere, and reaches no workload", async () => {
    const nothing = await ask(notebook.host, {}, kind);
    expect(nothing).toMatchObject({ status: 401, seen: null });
    expect(nothing.headers["content-type"]).toBe("application/problem+json");
    const { token } = await member();
    const others = await ask(notebook.host, { headers: bearer(token) }, kind);
    expect(others).toMatchObject({ status: 403, seen: null });
    expect(JSON.parse(others.body)).toMatchObject({ code: "forbidden", layer: "role" });
    const outsider = await site.createOrganization("outside");
    const unknown = notebook.host.replace(/[\da-f]{8}-[\da-f-]{27}/, newId());
    const answers = await Promise.all(
      [notebook.host, container.host, unknown].map((host) =>
        ask(host, { headers: bearer(outsider.token) }, kind),
      ),
    );
    const told = answers.map(({ body }) => ({ ...JSON.parse(body), requestId: "" }));
    expect(told[0]).toMatchObject({ status: 404, code: "not_found" });
    expect(told[1]).toEqual(told[0]);
    expect(told[2]).toEqual(told[0]);
  });
});

describe("whose address it is", () => {
  test("RBAC-3 a Member's own is open to it, to Admins and to the Owner; to programs likewise", async () => {
    const { token } = await member();
    const own = await makeNotebook(token);
    const admin = await site.mint("admin@example.com", { [workspaceId]: "Admin" });
    const program = await makeServiceAccount(site, { [workspaceId]: "Member" });
    for (const [caller, status] of [
      [token, 200],
      [admin.token, 200],
      [site.ownerToken, 200],
      [program.token, 403],
    ] as const)
      expect((await ask(own.host, { headers: bearer(caller) })).status).toBe(status);
    const operator = await ask(own.host, { headers: bearer(site.operatorToken) });
    expect(operator.status).toBe(403);
  });

  test("ID-3 restrictions of tokens hold: one that may only read does not get in", async () => {
    const elsewhere = await site.createWorkspace();
    for (const [restriction, status, code] of [
      [{ workspaceId }, 200, null],
      [{ workspaceId: elsewhere }, 404, "not_found"],
      [{ readOnly: true }, 403, "token_read_only"],
    ] as const) {
      const { token } = await makeToken(site, site.ownerToken, restriction);
      const answer = await ask(notebook.host, { headers: bearer(token) });
      expect(answer.status).toBe(status);
      if (code !== null) expect(codeOf(answer)).toBe(code);
    }
  });

  test("RES-6 a client names no other address than the one that it asks for", async () => {
    const { token } = await member();
    const own = await makeNotebook(token);
    // As an Envoy that hands on everything: `Host` alone counts, also for what the client forwards.
    const forged = { ...bearer(token), "x-forwarded-uri": "/", "x-forwarded-host": own.host };
    const request = { method: "GET", path: "/" };
    const asks = (host: string, forwarded: string) =>
      rawRequest(check.url, {
        ...request,
        headers: { ...forged, host, "x-forwarded-host": forwarded },
      });
    expect((await asks(notebook.host, own.host)).status).toBe(403);
    expect((await asks(own.host, notebook.host)).status).toBe(200);
  });

  test.each(["//[/lab", "//:x/lab", "//", "/%", "//elsewhere.example/lab"])(
    "RES-6 a client does not either by the path %s",
    async (path) => {
      const { token } = await member();
      const own = await makeNotebook(token);
      const headers = { ...bearer(token), host: notebook.host, "x-forwarded-host": own.host };
      const answer = await rawRequest(check.url, { method: "GET", path, headers });
      expect(answer.status).toBe(403);
      const mine = await rawRequest(check.url, {
        method: "GET",
        path,
        headers: { ...bearer(token), host: own.host },
      });
      expect(mine.status).toBe(200);
    },
  );

  test.each([
    "ai.example.com",
    "p8888-nothing.hanoi.simulated.invalid",
    "p8888.hanoi.simulated.invalid",
    `${newId()}.hanoi.simulated.invalid`,
  ])("RES-6 %s is no resource's address", async (host) => {
    const answer = await ask(host, { headers: bearer(site.ownerToken) });
    expect([answer.status, codeOf(answer)]).toEqual([404, "not_found"]);
  });

  test("RES-6 another domain, a port that it has not, and a TCP port are no addresses of it", async () => {
    const [label] = container.host.split(".");
    for (const host of [
      `${label}.evil.example`,
      container.host.replace("p8000", "p9000"),
      container.host.replace("p8000", "p22"),
    ])
      expect((await ask(host, { headers: bearer(site.ownerToken) })).status).toBe(404);
    const second = container.host.replace("p8000", "p8001");
    expect((await ask(second, { headers: bearer(site.ownerToken) })).status).toBe(200);
  });
});

describe("a browser's session", () => {
  test("RES-6 is good at its own resource's addresses and nowhere else", async () => {
    const cookie = await signIn(notebook);
    const headers = { cookie, ...SAME_ORIGIN };
    expect((await ask(notebook.host, { headers })).status).toBe(200);
    expect((await ask(container.host, { headers })).status).toBe(401);
    const secret = cookie.split("=")[1]!;
    expect((await site.request("GET", "/v1/me", { token: secret })).status).toBe(401);
    expect((await site.request("GET", "/v1/me", { headers: { cookie } })).status).toBe(401);
    expect((await ask(notebook.host, { headers: bearer(secret) })).status).toBe(401);
  });

  test.each([
    ["of the same page", SAME_ORIGIN, 200],
    ["that posts from the same page", { origin: "own", "sec-fetch-site": "same-origin" }, 200],
    ["of a WebSocket of the same page", { origin: "own" }, 200],
    ["that somebody opens", OPENED, 200],
    ["that another page leads to", { ...OPENED, "sec-fetch-site": "cross-site" }, 200],
    ["that a neighbour's page leads to", { ...OPENED, "sec-fetch-site": "same-site" }, 200],
    ["of a neighbour's page", { "sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors" }, 401],
    ["of elsewhere's page", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" }, 401],
    ["that a neighbour's page posts", { origin: "neighbour", ...OPENED }, 401],
    ["of a sandbox", { origin: "null" }, 401],
    ["of the same host without TLS", { origin: "http" }, 401],
    [
      "in a neighbour's frame",
      { ...OPENED, "sec-fetch-site": "same-site", "sec-fetch-dest": "iframe" },
      401,
    ],
    ["that does not say where it comes from", {}, 401],
  ] as const)("RES-6 a request %s", async (_case, given, status) => {
    const cookie = await signIn(notebook);
    const headers: Record<string, string> = { ...given, cookie };
    const origins: Record<string, string> = {
      own: `https://${notebook.host}`,
      neighbour: `https://${container.host}`,
      http: `http://${notebook.host}`,
      null: "null",
    };
    if (headers.origin !== undefined) headers.origin = origins[headers.origin]!;
    const method = "origin" in given ? "POST" : "GET";
    for (const kind of ["envoy", "traefik"] as const)
      expect((await ask(notebook.host, { method, headers }, kind)).status, kind).toBe(status);
  });

  test("RES-6 another page leads only to pages, not to what changes something", async () => {
    const cookie = await signIn(notebook);
    const headers = { ...OPENED, "sec-fetch-site": "cross-site", cookie };
    for (const method of ["POST", "PUT", "DELETE", "HEAD"])
      for (const kind of ["envoy", "traefik"] as const)
        expect((await ask(notebook.host, { method, headers }, kind)).status).toBe(401);
  });

  test("RBAC-6 ends for a member who is removed, and comes back with the membership", async () => {
    const { token, userId } = await member();
    const own = await makeNotebook(token);
    const headers = { cookie: await signIn(own, token), ...SAME_ORIGIN };
    expect((await ask(own.host, { headers })).status).toBe(200);
    const membership = `/v1/workspaces/${workspaceId}/members/${userId}`;
    await must(site.ask("DELETE", membership));
    expect((await ask(own.host, { headers })).status).toBe(404);
    await must(site.ask("PUT", membership, { role: "Member" }));
    expect((await ask(own.host, { headers })).status).toBe(200);
  });

  test("ID-3 ends with the token that made it", async () => {
    const { id, token } = await makeToken(site, site.ownerToken);
    const headers = { cookie: await signIn(notebook, token), ...SAME_ORIGIN };
    expect((await ask(notebook.host, { headers })).status).toBe(200);
    await must(site.ask("DELETE", `/v1/tokens/${id}`));
    expect((await ask(notebook.host, { headers })).status).toBe(401);
  });

  test("POL-3 ORG-4 a Policy and a disabled Service close the address, to a token as to a session", async () => {
    const { token } = await member();
    const own = await makeNotebook(token);
    const headers = { cookie: await signIn(own, token), ...SAME_ORIGIN };
    const policyId = await writePolicy(site, [
      { effect: "Allow", service: "notebook", regions: "*", actions: ["notebook:read"] },
    ]);
    await attachPolicy({ site, workspaceId }, { policyId });
    const denied = await ask(own.host, { headers });
    expect([denied.status, codeOf(denied)]).toEqual([403, "policy_denied"]);
    await must(site.ask("DELETE", `/v1/workspaces/${workspaceId}/policies/${policyId}`));
    const service = `/v1/workspaces/${workspaceId}/services/notebook`;
    await must(site.ask("DELETE", service));
    const disabled = await ask(own.host, { headers: bearer(site.ownerToken) });
    expect([disabled.status, codeOf(disabled)]).toEqual([403, "service_not_enabled"]);
    await must(site.ask("PUT", service, { regions: ["hanoi", "tokyo"] }));
    expect((await ask(own.host, { headers })).status).toBe(200);
  });

  test("RES-1 a resource that is deleted, or stopped, has no address", async () => {
    const stopped = await makeNotebook();
    await must(site.ask("POST", `${stopped.path}/stop`));
    await site.pass(30);
    const headers = bearer(site.ownerToken);
    expect((await ask(stopped.host, { headers })).status).toBe(404);
    await must(site.ask("DELETE", stopped.path));
    await site.pass(60);
    expect((await ask(stopped.host, { headers })).status).toBe(410);
  });

  test("RES-6 links and sessions lapse", async () => {
    const { pool } = site.testDatabase.database;
    const expire = () =>
      pool.query("update access_sessions set expires_at = clock_timestamp() - interval '1 second'");
    const { host, path } = await linkTo(notebook);
    const cookie = await signIn(notebook);
    await expire();
    expect((await ask(host, { path, headers: OPENED })).status).toBe(401);
    expect((await ask(host, { headers: { cookie, ...SAME_ORIGIN } })).status).toBe(401);
    await linkTo(notebook);
    const { rows } = await pool.query(
      "select count(*)::int as left from access_sessions s join resources r on r.id = s.resource_id where expires_at <= clock_timestamp() and r.name = 'research' and s.resource_id = $1",
      [notebook.host.slice("p8888-".length).split(".")[0]],
    );
    expect(rows).toEqual([{ left: 0 }]);
  });

  test("RES-6 a link works at its own address, when it is opened as a page", async () => {
    for (const change of [
      { headers: { "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" } },
      { headers: { ...OPENED, "sec-fetch-dest": "iframe" } },
      { method: "POST", headers: OPENED },
      { headers: {} },
    ]) {
      const { host, path } = await linkTo(notebook);
      expect((await ask(host, { path, ...change })).status).toBe(401);
    }
    const { path } = await linkTo(notebook);
    expect((await ask(container.host, { path, headers: OPENED })).status).toBe(401);
    expect((await ask(notebook.host, { path, headers: OPENED })).status).toBe(302);
    for (const other of [
      "/.aifactory/session",
      "/.aifactory/session?code=",
      "/.aifactory/session?code=x",
    ])
      expect((await ask(notebook.host, { path: other, headers: OPENED })).status).toBe(401);
    const headers = { ...OPENED, ...bearer(site.ownerToken) };
    const own = await ask(notebook.host, { path: "/.aifactory/other", headers });
    expect(own).toMatchObject({ status: 404, seen: null });
  });
});

describe("a link", () => {
  test("RES-6 is for a resource that runs, and one of its HTTP ports", async () => {
    const second = await linkTo(container, site.ownerToken, { port: 8001 });
    expect(second.host).toBe(container.host.replace("p8000", "p8001"));
    for (const port of [22, 9999]) {
      const wrong = await site.ask("POST", `${container.path}/access-sessions`, { port });
      expect(wrong.body).toMatchObject({ status: 400, errors: [{ pointer: "/port" }] });
    }
    const body = { name: "batch", region: "hanoi", flavor: "h100-sxm5-1", image: "ubuntu:24.04" };
    const path = `/v1/workspaces/${workspaceId}/containers`;
    const { id } = await must(site.ask("POST", path, body));
    const sessions = `/v1/containers/${id}/access-sessions`;
    expect((await site.ask("POST", sessions)).body).toMatchObject({ code: "invalid_state" });
    await site.pass(30);
    const without = await site.ask("POST", sessions);
    expect(without.body).toMatchObject({ status: 409, code: "invalid_state" });
  });

  test("AUD-1 is an audit event, and is shown once", async () => {
    const path = `${notebook.path}/access-sessions`;
    const headers = { "idempotency-key": newId() };
    const first = await site.request("POST", path, { token: site.ownerToken, headers });
    expect(first.status).toBe(201);
    const again = await site.request("POST", path, { token: site.ownerToken, headers });
    expect(again.body).toEqual({ ...first.body, url: null, secretAlreadyShown: true });
    const events = `/v1/organizations/${site.organizationId}/audit-events?action=createNotebookAccessSession`;
    const { items } = await must(site.ask("GET", events));
    expect(items[0]).toMatchObject({ outcome: "SUCCESS", scope: "Service", category: "Notebooks" });
    const code = new URL(first.body.url).searchParams.get("code")!;
    expect(JSON.stringify(items)).not.toContain(code);
  });
});
