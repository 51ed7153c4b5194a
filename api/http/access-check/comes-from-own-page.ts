import type { RouteContext } from "../route-context.ts";
import type { AskedAddress } from "./asked-address.ts";

/**
 * Whether a request with a cookie was made by a page of the same address, or by somebody who opens one. Addresses of all
 * tenants are one site to browsers, so `SameSite` keeps none of their pages from making another's cookie be sent. A browser
 * says where a request comes from in one header or the other; what says nothing is nobody's page (it fails closed where the
 * gateway does not hand these headers to the check).
 */
export function comesFromOwnPage(c: RouteContext, asked: AskedAddress): boolean {
  const origin = c.req.header("origin");
  if (origin !== undefined) return origin === `https://${asked.host}`;
  const site = c.req.header("sec-fetch-site");
  return site === "same-origin" || site === "none" || isOpened(c, asked);
}

/** A page of elsewhere leads here, and is left. */
export function isOpened(c: RouteContext, { method }: AskedAddress): boolean {
  return (
    method === "GET" &&
    c.req.header("sec-fetch-mode") === "navigate" &&
    c.req.header("sec-fetch-dest") === "document"
  );
}
