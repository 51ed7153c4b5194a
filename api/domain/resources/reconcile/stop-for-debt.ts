import { and, asc, eq, isNull } from "drizzle-orm";
import { resources } from "#db/schema/resources.ts";
import { withTenant, type TenantTx } from "#db/tenant.ts";
import { lockAdmission } from "#domain/billing/limits/lock-admission.ts";
import { readShortage, type DebtService } from "#domain/debts/read-shortage.ts";
import { notify } from "#domain/notices/notify.ts";
import type { WorkHandler } from "#domain/work/types.ts";
import { lockView } from "../resource-view.ts";
import type { ReconcileDependencies } from "./dependencies.ts";
import { stopBySystem } from "./stop-by-system.ts";

/**
 * Stops everything of a Service that runs, starts or is being created, if there is still nothing that could pay for it, and
 * tells the Owner, once for as long as that lasts (BIL-5).
 */
export function stopForDebt({ database }: ReconcileDependencies): WorkHandler {
  return async ({ key }) => {
    const [organizationId, service] = key.split(":") as [string, DebtService];
    await withTenant(database, organizationId, (tx) => stopAll(tx, service));
  };
}

async function stopAll(tx: TenantTx, service: DebtService): Promise<void> {
  const { organizationId } = tx;
  // Whatever was admitted before is there to be stopped by now; whatever comes after is refused.
  await lockAdmission(tx, organizationId);
  const running = await lockRunning(tx, service);
  if (running.length === 0) return;
  const shortage = await readShortage(tx, service);
  if (shortage === null) return;
  for (const { id } of running)
    await stopBySystem(tx, await lockView(tx, id), "insufficientBalance");
  await notify(tx, [
    {
      organizationId,
      kind: "stoppedForDebt",
      cause: `stoppedForDebt:${organizationId}:${service}:${shortage.since.toISOString()}`,
      audience: "owner",
      facts: { service, stopped: running.length },
    },
  ]);
}

function lockRunning({ db, organizationId }: TenantTx, service: DebtService) {
  return db
    .select({ id: resources.id })
    .from(resources)
    .where(
      and(
        eq(resources.organizationId, organizationId),
        eq(resources.kind, service),
        eq(resources.desiredState, "running"),
        isNull(resources.deletedAt),
      ),
    )
    .orderBy(asc(resources.id))
    .for("update");
}
