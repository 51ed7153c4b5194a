import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { text } from "node:stream/consumers";

/** How a gateway asks: Envoy keeps `Host` and path, Traefik asks under our name and says them in headers of its own. */
export type GatewayKind = "envoy" | "traefik";

export interface GatewayAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** What the workload saw; null where nothing reached it. */
  readonly seen: IncomingHttpHeaders | null;
}

export interface AskOptions {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
}

// What the README has Envoy hand to the check; `Host` and `Authorization` are always handed on.
const TO_CHECK = ["cookie", "origin", "sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest"];
const FROM_CHECK = ["authorization", "cookie"];

/** A request to a resource's address as a gateway of this kind handles it, whose check is at `checkUrl`. */
export async function askGateway(
  kind: GatewayKind,
  checkUrl: string,
  host: string,
  { method = "GET", path = "/", headers = {} }: AskOptions = {},
): Promise<GatewayAnswer> {
  const checked = await (kind === "envoy"
    ? rawRequest(checkUrl, { method, path, headers: { ...pick(headers, TO_CHECK), host } })
    : rawRequest(checkUrl, {
        method: "GET",
        path: "/",
        headers: {
          ...headers,
          "x-forwarded-host": host,
          "x-forwarded-uri": path,
          "x-forwarded-method": method,
        },
      }));
  if (checked.status !== 200) return { ...checked, seen: null };
  const seen: IncomingHttpHeaders = { ...headers, host };
  for (const name of FROM_CHECK) {
    const instead = checked.headers[name];
    if (instead !== undefined) seen[name] = instead;
    else if (kind === "traefik") delete seen[name];
  }
  const removed = String(checked.headers["x-envoy-auth-headers-to-remove"] ?? "").split(",");
  if (kind === "envoy") for (const name of removed) delete seen[name];
  return { status: 200, headers: {}, body: "", seen };
}

function pick(headers: Record<string, string>, names: string[]): Record<string, string> {
  const wanted = new Set([...names, "authorization"]);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => wanted.has(name)));
}

interface Sent {
  method: string;
  path: string;
  headers: Record<string, string>;
}

/** One request, with exactly these headers: `fetch` would not send some of them. */
export async function rawRequest(url: string, { method, path, headers }: Sent) {
  const { hostname, port } = new URL(url);
  const answered = Promise.withResolvers<Omit<GatewayAnswer, "seen">>();
  const request = httpRequest({ hostname, port, method, path, headers }, async (response) => {
    const body = await text(response);
    answered.resolve({ status: response.statusCode!, headers: response.headers, body });
  });
  request.on("error", answered.reject);
  request.end();
  return answered.promise;
}
