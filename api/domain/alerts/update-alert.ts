import { isDeepStrictEqual } from "node:util";
import { balanceAlerts } from "#db/schema/notices.ts";
import type { ChangeContext } from "#domain/context.ts";
import { checkRevision } from "#domain/revision.ts";
import { findAlert, isAlert, type AlertParams } from "./find-alert.ts";
import { judgeAlert, type AlertInput } from "./judge-alert.ts";
import { presentAlert } from "./present-alert.ts";

/**
 * Sets threshold and recipients; another threshold is armed anew, equal values make no revision (BIL-7). Throws `not_found`,
 * `invalid_input`, `revision_mismatch`.
 */
export async function updateAlert(
  { tx, ifMatch }: ChangeContext,
  params: AlertParams,
  input: AlertInput,
) {
  const { threshold, recipients, armed } = await judgeAlert(tx, input);
  // Under the Wallet's lock, as whoever raises alerts.
  const current = await findAlert(tx.db, tx.organizationId, params);
  checkRevision(ifMatch, current.revision);
  const moved = threshold !== current.threshold;
  if (!moved && isDeepStrictEqual(recipients, current.recipients)) return presentAlert(current);
  const [row] = await tx.db
    .update(balanceAlerts)
    .set({ threshold, recipients, revision: current.revision + 1, ...(moved && { armed }) })
    .where(isAlert(tx.organizationId, params.alertId))
    .returning();
  return presentAlert(row!);
}
