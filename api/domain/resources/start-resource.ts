import type { ChangeContext } from "#domain/context.ts";
import { lockAdmission } from "#domain/billing/limits/lock-admission.ts";
import { admit } from "./admit.ts";
import { changeDesired, nextGeneration } from "./change-desired.ts";
import { recordEvent } from "./record-event.ts";
import { lockView, type ResourceView } from "./resource-view.ts";
import { refuseDeleting } from "./wrong-state.ts";

/**
 * Asks a notebook or container to run; one that is asked to already stays as it is. Throws `invalid_state`,
 * `out_of_stock`, `quota_exceeded` (where the Quota is enforced on start), `insufficient_balance`.
 */
export async function startResource(ctx: ChangeContext): Promise<ResourceView> {
  const { tx, authorization } = ctx;
  await lockAdmission(tx, tx.organizationId);
  const current = await lockView(tx, authorization.target.id);
  refuseDeleting(current, "started");
  if (current.desiredState === "running" && current.status !== "FAILED") return current;
  await admit(ctx, { verb: "start", current });
  recordEvent(tx, current, { code: "startRequested", message: "Start was requested." });
  return changeDesired(tx, current, nextGeneration(tx, current));
}
