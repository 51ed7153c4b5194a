import type { RouteContext } from "../route-context.ts";

/** What a browser or a program asked the gateway for. */
export interface AskedAddress {
  /** As the page of the address has it in its origin: with a port where it is not the usual one. */
  readonly host: string;
  readonly hostname: string;
  readonly resourceId: string;
  readonly url: URL;
  readonly method: string;
}

// One DNS label holds port and resource.
const LABEL = /^p\d{1,5}-([\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12})\./;

/**
 * The address that the check is about: `Host`, where the gateway keeps it (Envoy), or else what a gateway that asks under our
 * own name says (Traefik: `X-Forwarded-Host`, `-Uri`, `-Method`). Where `Host` is an address, what a client itself
 * says to be forwarded means nothing. Null: it is no address of a resource.
 */
export function askedAddress(c: RouteContext): AskedAddress | null {
  const host = c.req.header("host") ?? "";
  const { method } = c.req;
  // The path as it came: resolved against a base, `//name/…` would be another host's.
  if (LABEL.test(host.toLowerCase()))
    return read(host, { path: c.req.url.replace(/^\w+:\/\/[^/]*/, ""), method });
  const forwarded = (name: string) => c.req.header(`x-forwarded-${name}`);
  return read(forwarded("host") ?? "", {
    path: forwarded("uri") ?? "/",
    method: forwarded("method") ?? method,
  });
}

function read(
  given: string,
  { path, method }: { path: string; method: string },
): AskedAddress | null {
  const url = path.startsWith("/") ? URL.parse(`https://${given}${path}`) : null;
  const resourceId = LABEL.exec(url?.hostname ?? "")?.[1];
  if (url === null || resourceId === undefined) return null;
  const { host, hostname } = url;
  return { host, hostname, resourceId, url, method };
}
