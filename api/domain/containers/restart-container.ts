import { lockAdmission } from "#domain/billing/limits/lock-admission.ts";
import type { ChangeContext } from "#domain/context.ts";
import { admit } from "#domain/resources/admit.ts";
import { changeDesired, nextGeneration } from "#domain/resources/change-desired.ts";
import { recordEvent } from "#domain/resources/record-event.ts";
import { lockView } from "#domain/resources/resource-view.ts";
import { refuseDeleting, wrongState } from "#domain/resources/wrong-state.ts";
import { presentContainer } from "./present-container.ts";

/**
 * Asks for a new workload in place of the running one, admitted like a start (BIL-4). Throws `invalid_state` for one that
 * is not asked to run, and whatever a start throws.
 */
export async function restartContainer(ctx: ChangeContext) {
  const { tx, authorization } = ctx;
  await lockAdmission(tx, tx.organizationId);
  const current = await lockView(tx, authorization.target.id);
  refuseDeleting(current, "restarted");
  if (current.desiredState !== "running")
    throw wrongState(current, "restarted", "Start it instead.");
  await admit(ctx, { verb: "restart", current });
  recordEvent(tx, current, { code: "restartRequested", message: "Restart was requested." });
  return presentContainer(await changeDesired(tx, current, nextGeneration(tx, current)));
}
