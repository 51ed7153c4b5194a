import { DomainError } from "#domain/errors.ts";
import type { ResourceView } from "./resource-view.ts";

/** A request that the present state does not allow; says what would help. */
export function wrongState(view: ResourceView, cannot: string, help: string): DomainError {
  return new DomainError(
    "invalid_state",
    `This ${view.kind} is ${view.status} and cannot be ${cannot}. ${help}`,
    { currentStatus: view.status },
  );
}

/** Refuses what is being deleted. */
export function refuseDeleting(view: ResourceView, cannot: string): void {
  if (view.desiredState === "deleted")
    throw wrongState(view, cannot, "It is being deleted for good; create another one.");
}
