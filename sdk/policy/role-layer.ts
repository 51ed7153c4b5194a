import type { Role } from "./vocabulary.ts";
import { isAction, verbOf } from "./vocabulary.ts";

/**
 * Whether a role grants an action on a resource in its Workspace, before Services and Policies are asked.
 * Members act on their own resources and only read those of others (RBAC-3). What is no role or no action is not granted.
 */
export function roleGrants(role: Role, action: string, owns: boolean): boolean {
  if (!isAction(action)) return false;
  switch (role) {
    case "Owner":
    case "Admin":
      return true;
    case "Member":
      return owns || verbOf(action) === "read";
    default:
      return false;
  }
}
