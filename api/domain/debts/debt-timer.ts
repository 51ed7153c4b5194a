import { withTenant, type TenantTx } from "#db/tenant.ts";
import type { ReconcileDependencies } from "#domain/resources/reconcile/dependencies.ts";
import type { WorkHandler } from "#domain/work/types.ts";
import { debtStep } from "./debt-step.ts";
import { deleteForDebt } from "./delete-for-debt.ts";
import { readShortage, type DebtService } from "./read-shortage.ts";
import { warnOfDebt } from "./warn-of-debt.ts";

/**
 * Takes a debt's next step when its time has come, each step in a transaction that finds the debt still there under the
 * Wallet's lock (BIL-6). Any number of replicas; a crash repeats nothing, for a step and its record are one commit.
 */
export function debtTimer({ database, catalogue }: ReconcileDependencies): WorkHandler {
  const hours = catalogue.site.debtDeletionHours;
  return async ({ key }) => {
    const [organizationId, service] = key.split(":") as [string, DebtService];
    const step = await withTenant(database, organizationId, (tx) => warn(tx, service, hours));
    if (step === null) return;
    if ("wait" in step) return { again: step.wait };
    const again = await withTenant(database, organizationId, (tx) =>
      deleteForDebt(tx, service, hours),
    );
    if (again !== null) return { again };
  };
}

/** Records every warning that is due; answers what comes next, null when there is no debt. */
async function warn(tx: TenantTx, service: DebtService, hours: number) {
  const shortage = await readShortage(tx, service);
  if (shortage === null || shortage.debt === null) return null;
  let { debt } = shortage;
  for (;;) {
    const step = debtStep(debt, hours, tx.now);
    if ("wait" in step || step.do === "delete") return step;
    debt = await warnOfDebt(tx, service, { ...shortage, debt }, hours);
  }
}
