import { count, eq } from "drizzle-orm";
import { balanceAlerts } from "#db/schema/notices.ts";
import type { ChangeContext } from "#domain/context.ts";
import { DomainError } from "#domain/errors.ts";
import { newId } from "#domain/ids.ts";
import { judgeAlert, type AlertInput } from "./judge-alert.ts";
import { presentAlert } from "./present-alert.ts";

const MOST = 50;

/** Adds a threshold with its recipients (BIL-7). Throws `invalid_input`, `too_many_alerts`. */
export async function createAlert({ tx }: ChangeContext, input: AlertInput) {
  const { db, organizationId, now } = tx;
  const judged = await judgeAlert(tx, input);
  const [there] = await db
    .select({ alerts: count() })
    .from(balanceAlerts)
    .where(eq(balanceAlerts.organizationId, organizationId));
  if (there!.alerts >= MOST) {
    throw new DomainError(
      "too_many_alerts",
      `There are ${MOST} balance alerts already. Delete one first.`,
    );
  }
  const [row] = await db
    .insert(balanceAlerts)
    .values({ id: newId(), organizationId, createdAt: now, ...judged })
    .returning();
  return presentAlert(row!);
}
