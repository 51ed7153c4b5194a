import type { OperationId, Role } from "@aifactory/sdk/policy";
import type { DomainError } from "#domain/errors.ts";
import { refusedForRole } from "./refusal.ts";

/** What the role table grants in part, and not in this case: 403 with the reason. */
export function roleNeeded(
  operation: OperationId,
  role: Role,
  needed: Role | readonly Role[],
  detail: string,
): DomainError {
  const neededRoles = typeof needed === "string" ? [needed] : needed;
  return refusedForRole(detail, neededRoles, { operation, role });
}
