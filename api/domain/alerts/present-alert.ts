import type { balanceAlerts } from "#db/schema/notices.ts";
import { formatMoney } from "#domain/billing/units/money.ts";
import { publicId } from "#domain/ids.ts";

/** A balance alert as the API shows it. */
export function presentAlert(row: typeof balanceAlerts.$inferSelect) {
  return {
    id: publicId("balanceAlert", row.id),
    threshold: formatMoney(row.threshold, row.currency),
    recipients: row.recipients,
    armed: row.armed,
    revision: row.revision,
    createdAt: row.createdAt.toISOString(),
  };
}
