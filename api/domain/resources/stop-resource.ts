import type { ChangeContext } from "#domain/context.ts";
import { changeDesired } from "./change-desired.ts";
import { recordEvent } from "./record-event.ts";
import { lockView, type ResourceView } from "./resource-view.ts";
import { refuseDeleting } from "./wrong-state.ts";

/** Asks a notebook or container to stop; one that is asked to already stays as it is. Throws `invalid_state`. */
export async function stopResource({ tx, authorization }: ChangeContext): Promise<ResourceView> {
  const current = await lockView(tx, authorization.target.id);
  refuseDeleting(current, "stopped");
  if (current.desiredState === "stopped") return current;
  recordEvent(tx, current, { code: "stopRequested", message: "Stop was requested." });
  return changeDesired(tx, current, {
    desiredState: "stopped",
    desiredAt: tx.now,
    stopCause: "user",
  });
}
