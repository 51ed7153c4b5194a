import type { TenantTx } from "#db/tenant.ts";
import { notify } from "#domain/notices/notify.ts";
import { deletionDue, type Debt } from "./debt-step.ts";
import type { DebtService, Shortage } from "./read-shortage.ts";

/** Records a debt's next warning and tells the Owner, in one commit (BIL-6). The Wallet is locked. */
export async function warnOfDebt(
  tx: TenantTx,
  service: DebtService,
  { debt, available }: Shortage & { debt: Debt },
  hours: number,
): Promise<Debt> {
  const { organizationId, now } = tx;
  const warning = debt.warnings + 1;
  const negativeSince = debt.negativeSince.toISOString();
  await tx.client.query(
    `update shortages set warnings = $3, last_warned_at = $4 where organization_id = $1 and service = $2`,
    [organizationId, service, warning, now],
  );
  const facts = {
    service,
    warning,
    available,
    negativeSince,
    deletesAt: deletionDue(debt, hours, now).toISOString(),
  };
  const cause = `debtWarning:${organizationId}:${service}:${negativeSince}:${warning}`;
  await notify(tx, [{ organizationId, kind: "debtWarning", cause, audience: "owner", facts }]);
  return { ...debt, warnings: warning, lastWarnedAt: now };
}
