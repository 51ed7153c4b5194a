import { and, eq } from "drizzle-orm";
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import { balanceAlerts } from "#db/schema/notices.ts";
import { notFound } from "#domain/errors.ts";
import { keyOf } from "#domain/ids.ts";

export interface AlertParams {
  alertId: string;
}

/** One alert of the Organization. Throws `not_found`. */
export async function findAlert(
  db: NodePgDatabase,
  organizationId: string,
  { alertId }: AlertParams,
) {
  const [row] = await db.select().from(balanceAlerts).where(isAlert(organizationId, alertId));
  if (row === undefined) throw notFound("balance alert");
  return row;
}

export function isAlert(organizationId: string, alertId: string) {
  return and(
    eq(balanceAlerts.organizationId, organizationId),
    eq(balanceAlerts.id, keyOf(alertId)),
  );
}
