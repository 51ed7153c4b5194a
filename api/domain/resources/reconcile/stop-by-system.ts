import type { TenantTx } from "#db/tenant.ts";
import { recordAudit } from "#domain/audit/record.ts";
import { publicId } from "#domain/ids.ts";
import { changeDesired } from "../change-desired.ts";
import { recordEvent } from "../record-event.ts";
import type { ResourceView } from "../resource-view.ts";
import type { StopCause } from "../types.ts";

const MESSAGES: Record<Exclude<StopCause, "user">, string> = {
  completed: "Its process ended by itself, so it is stopped.",
  failed: "It could not be kept running, so it is stopped.",
  insufficientBalance: "The balance ran out, so it is stopped.",
  maximumRunningTime: "Its maximum running time is over, so it is stopped.",
  idle: "Nobody used it, so it is stopped.",
};

/** Stops a running resource without anybody having asked for it; an act of the system, audited (AUD-1). The row is locked. */
export async function stopBySystem(
  tx: TenantTx,
  current: ResourceView,
  cause: Exclude<StopCause, "user">,
): Promise<ResourceView> {
  const notebook = current.kind === "notebook";
  recordEvent(tx, current, { code: `stop.${cause}`, message: MESSAGES[cause] });
  await recordAudit(tx, {
    organizationId: tx.organizationId,
    workspaceId: current.workspaceId,
    actor: { kind: "system", id: null, name: "system" },
    scope: "Service",
    category: notebook ? "Notebooks" : "Containers",
    action: notebook ? "stopNotebook" : "stopContainer",
    target: {
      kind: current.kind,
      id: publicId(current.kind, current.id),
      name: current.name,
    },
    outcome: "SUCCESS",
    reason: cause,
  });
  return changeDesired(tx, current, {
    desiredState: "stopped",
    desiredAt: tx.now,
    stopCause: cause,
  });
}
