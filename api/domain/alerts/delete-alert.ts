import { balanceAlerts } from "#db/schema/notices.ts";
import type { ChangeContext } from "#domain/context.ts";
import { notFound } from "#domain/errors.ts";
import { isAlert, type AlertParams } from "./find-alert.ts";

/** Removes a balance alert; what it has told stays told. Throws `not_found`. */
export async function deleteAlert({ tx }: ChangeContext, { alertId }: AlertParams): Promise<void> {
  const deleted = await tx.db
    .delete(balanceAlerts)
    .where(isAlert(tx.organizationId, alertId))
    .returning({ id: balanceAlerts.id });
  if (deleted.length === 0) throw notFound("balance alert");
}
