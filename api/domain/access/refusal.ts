import { remedyByRole, type Layer, type Remedy, type Role } from "@aifactory/sdk/policy";
import { DomainError } from "#domain/errors.ts";

/** What refused: a layer of POL-3, or what is asked beside them. */
export type RefusingLayer = Layer | "token" | "quota";

interface Details extends Record<string, unknown> {
  layer: RefusingLayer;
  remedy: Remedy;
}

/** A 403: who refused, and what would allow it, as data beside the sentence (RBAC-8). */
export function refusal(code: string, message: string, details: Details): DomainError {
  return new DomainError(code, message, details);
}

/** Refuses what other roles may do. `message` says why; whom to ask is added. */
export function refusedForRole(
  message: string,
  neededRoles: readonly Role[],
  details: Record<string, unknown> = {},
): DomainError {
  const byRole = remedyByRole(neededRoles);
  return refusal("forbidden", `${message}${byRole.ask === null ? "" : ASK[byRole.ask]}`, {
    ...details,
    layer: "role",
    neededRoles,
    remedy: byRole,
  });
}

const ASK = { Owner: " Ask the Owner.", Admin: " Ask an Admin or the Owner." };
