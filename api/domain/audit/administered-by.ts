import type { Standing } from "#domain/access/grants.ts";

/** The Workspaces of whose decisions somebody may know: all for the Owner, for others those where they are Admin (RBAC-5). */
export function administeredBy(standing: Standing): string[] | "all" {
  if (standing.owner) return "all";
  return [...standing.workspaces].flatMap(([id, role]) => (role === "Admin" ? [id] : []));
}
