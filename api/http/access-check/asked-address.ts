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
  const { pathname, search } = new URL(c.req.url);
  const forwarded = (name: string) => c.req.header(`x-forwarded-${name}`);
  const { method } = c.req;
  return (
    read(c.req.header("host"), { path: `${pathname}${search}`, method }) ??
    read(forwarded("host"), {
      path: forwarded("uri") ?? "/",
      method: forwarded("method") ?? method,
    })
  );
}

function read(
  given: string | undefined,
  { path, method }: { path: string; method: string },
): AskedAddress | null {
  const base = `https://${given ?? ""}`;
  const resourceId = LABEL.exec(given?.toLowerCase() ?? "")?.[1];
  if (resourceId === undefined || !URL.canParse(path, base)) return null;
  const url = new URL(path, base);
  const { host, hostname } = new URL(base);
  return { host, hostname, resourceId, url, method };
}
