import type { OperationId, Role } from "@aifactory/sdk/policy";
import { DomainError } from "#domain/errors.ts";

/** What the role table grants in part, and not in this case: 403 with the reason. */
export function roleNeeded(
  operation: OperationId,
  role: Role,
  needed: Role,
  detail: string,
): DomainError {
  return new DomainError("forbidden", detail, {
    operation,
    layer: "role",
    role,
    neededRoles: [needed],
  });
}
