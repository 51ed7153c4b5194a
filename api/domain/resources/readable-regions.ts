import { allowedRegions, type Action, type Service } from "@aifactory/sdk/policy";
import type { Authorization } from "#domain/access/authorize.ts";

/** Where the caller may read what belongs to a Service; `all` also where the catalogue has no such region any more. */
export function readableRegions({ access, role }: Authorization, service: Service) {
  if (role === "Owner" || access === null) return "all";
  return allowedRegions(access, `${service}:read` as Action);
}
