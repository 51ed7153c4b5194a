import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import * as containers from "#contract/containers.ts";
import * as notebooks from "#contract/notebooks.ts";
import { gateView, ResourceKinds, type GateView } from "#domain/access-sessions/gate-view.ts";
import { LINK_PATH, OWN_PATH } from "#domain/access-sessions/lifetimes.ts";
import { redeemLink } from "#domain/access-sessions/redeem-link.ts";
import { DomainError, notFound } from "#domain/errors.ts";
import type { Identified } from "#domain/principals/authenticate.ts";
import type { ResourceKind } from "#domain/resources/resource-view.ts";
import { authorizedContext, type Deciding } from "../identify.ts";
import { asProblem, problemResponse } from "../problem.ts";
import type { RequestEnv, RouteContext } from "../route-context.ts";
import { askedAddress, type AskedAddress } from "./asked-address.ts";
import { comesFromOwnPage, isOpened } from "./comes-from-own-page.ts";
import { readCookies, setCookie, type Cookies } from "./session-cookie.ts";

export interface AccessCheckOptions extends Deciding {
  readonly onError: (error: unknown, requestId: string) => void;
}

/** Whoever may make a session may also do without. */
const OPERATIONS = {
  notebook: notebooks.createNotebookAccessSession,
  container: containers.createContainerAccessSession,
} as const;

/**
 * What a gateway asks about each request to a resource's address (external authorization): 200 where its caller may access the
 * resource, with the headers that the workload is to see instead; everything else is the answer to the client. For gateways
 * alone: bind it where nobody else reaches it.
 */
export function createAccessCheck(options: AccessCheckOptions): Hono<RequestEnv> {
  const app = new Hono<RequestEnv>();
  const kinds = new ResourceKinds();
  app.use(async (c, next) => {
    c.set("requestId", randomUUID());
    c.set("sourceAddress", c.env.incoming.socket.remoteAddress ?? null);
    await next();
    c.res.headers.set("cache-control", "no-store");
  });
  app.onError((error, c) => {
    const requestId = c.get("requestId");
    const problem = asProblem(error, requestId, options.onError);
    // Not even its kind is told of what the caller may not know of (RBAC-6).
    const told = problem.code === "not_found" ? notFound("address") : problem;
    return problemResponse(c, told, requestId);
  });
  app.all("*", async (c) => {
    const asked = askedAddress(c);
    if (asked === null) throw notFound("address");
    const { pathname } = asked.url;
    if (pathname === LINK_PATH) return signIn(options, c, asked);
    if (pathname.startsWith(OWN_PATH)) throw notFound("page");
    return check(options, kinds, c, asked);
  });
  return app;
}

async function signIn({ site }: Deciding, c: RouteContext, asked: AskedAddress): Promise<Response> {
  const { resourceId, url } = asked;
  const code = url.searchParams.get("code");
  const secret =
    code !== null && isOpened(c, asked)
      ? await redeemLink(site.database, { resourceId, code })
      : null;
  if (secret === null)
    throw new DomainError(
      "unauthenticated",
      "This link was used, or is too old, or was not opened as a page. Make another one.",
    );
  const headers = {
    location: "/",
    "set-cookie": setCookie(secret),
    "referrer-policy": "no-referrer",
  };
  return new Response(null, { status: 302, headers });
}

async function check(
  options: AccessCheckOptions,
  kinds: ResourceKinds,
  c: RouteContext,
  asked: AskedAddress,
): Promise<Response> {
  const known = await kinds.of(options.site.database, asked.resourceId);
  const kind = known ?? "notebook";
  const cookies = readCookies(c.req.header("cookie"));
  const { found, byCookie } = await identify(options, c, asked, { kind, cookies });
  await authorizedContext(options, c, OPERATIONS[kind], found.actor, found.target);
  const view = gateView.parse(found.shown) as GateView | null;
  const isThere = view?.endpoints?.some(
    ({ protocol, address }) => protocol === "HTTP" && new URL(address).hostname === asked.hostname,
  );
  if (!isThere) throw notFound(kind);
  return goOn({
    // Its own token, so that nobody signs in twice; whoever gets here may read it (RBAC-3).
    authorization:
      kind === "notebook"
        ? `token ${view!.accessToken}`
        : byCookie
          ? (c.req.header("authorization") ?? null)
          : null,
    cookie: cookies.others,
  });
}

interface Presented {
  readonly kind: ResourceKind;
  readonly cookies: Cookies;
}

async function identify(
  { authenticator }: Deciding,
  c: RouteContext,
  asked: AskedAddress,
  { kind, cookies: { session } }: Presented,
): Promise<{ found: Identified; byCookie: boolean }> {
  const wanted = { target: { kind, id: asked.resourceId }, shown: gateView } as const;
  const authorization = c.req.header("authorization");
  if (session !== null && comesFromOwnPage(c, asked)) {
    const found = await authenticator.identifySession(session, wanted);
    if (found !== null) return { found, byCookie: true };
  }
  if (session !== null && authorization === undefined)
    throw new DomainError(
      "unauthenticated",
      "This session has ended, or a page of elsewhere wanted to use it. Open a new link to come in.",
    );
  return { found: await authenticator.identify(authorization, wanted), byCookie: false };
}

/** The headers that the workload sees instead of the client's; null: none of that name. */
function goOn(instead: Record<"authorization" | "cookie", string | null>): Response {
  const headers = new Headers();
  const removed: string[] = [];
  for (const [name, value] of Object.entries(instead)) {
    if (value === null) removed.push(name);
    else headers.set(name, value);
  }
  // Envoy removes what it is told to; others remove what an answer does not have.
  if (removed.length > 0) headers.set("x-envoy-auth-headers-to-remove", removed.join(","));
  return new Response(null, { status: 200, headers });
}
