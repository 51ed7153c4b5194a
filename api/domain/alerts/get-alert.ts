import type { ReadContext } from "#domain/context.ts";
import { findAlert, type AlertParams } from "./find-alert.ts";
import { presentAlert } from "./present-alert.ts";

/** One balance alert. Throws `not_found`. */
export async function getAlert(
  { site, authorization: { target } }: ReadContext,
  params: AlertParams,
) {
  return presentAlert(await findAlert(site.database.read, target.organizationId, params));
}
