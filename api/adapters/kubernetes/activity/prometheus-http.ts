import { request } from "undici";
import type { Get } from "./ask.ts";

/** GETs from a Prometheus; null where none is configured. */
export function prometheusHttp(url: string | null): Get | null {
  if (url === null) return null;
  return async (path, signal) => {
    const { statusCode, headers, body } = await request(url.replace(/\/$/, "") + path, { signal });
    const get = (name: string) => headers[name.toLowerCase()]?.toString() ?? null;
    return { status: statusCode, headers: { get }, body };
  };
}
