import { and, asc, eq, isNull } from "drizzle-orm";
import type { Service } from "@aifactory/sdk/policy";
import { resources } from "#db/schema/resources.ts";
import { withTenant } from "#db/tenant.ts";
import { availableFor } from "#domain/billing/available-for.ts";
import type { WorkHandler } from "#domain/work/types.ts";
import { lockView } from "../resource-view.ts";
import type { ReconcileDependencies } from "./dependencies.ts";
import { stopBySystem } from "./stop-by-system.ts";

/**
 * Stops everything of a Service that runs, starts or is being created, if there is still nothing that could pay for it
 * (BIL-5).
 */
export function stopForDebt({ database }: ReconcileDependencies): WorkHandler {
  return async (item) => {
    const [organizationId, service] = item.key.split(":") as [string, Service];
    if (service !== "notebook" && service !== "container") return;
    await withTenant(database, organizationId, async (tx) => {
      const available = await availableFor(tx, organizationId);
      if (available[service] > 0n) return;
      const running = await tx.db
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
      for (const { id } of running)
        await stopBySystem(tx, await lockView(tx, id), "insufficientBalance");
    });
  };
}
