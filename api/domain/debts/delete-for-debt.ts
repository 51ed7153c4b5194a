import { and, asc, eq, isNull, ne } from "drizzle-orm";
import { resources, volumes } from "#db/schema/resources.ts";
import type { TenantTx } from "#db/tenant.ts";
import { recordAudit } from "#domain/audit/record.ts";
import { lockAdmission } from "#domain/billing/limits/lock-admission.ts";
import { publicId } from "#domain/ids.ts";
import { notify } from "#domain/notices/notify.ts";
import { requestResourceDeletion } from "#domain/resources/request-resource-deletion.ts";
import { requestVolumeDeletion } from "#domain/volumes/request-volume-deletion.ts";
import { debtStep } from "./debt-step.ts";
import { readShortage, type DebtService } from "./read-shortage.ts";
import { trackShortages } from "./track-shortages.ts";

/**
 * Asks for the deletion of everything of a Service, volumes included, if its debt is still there and due under the Wallet's
 * lock (BIL-6): a top-up committed before is seen, a later one waits. Answers when to look again; null when that is never.
 */
export async function deleteForDebt(
  tx: TenantTx,
  service: DebtService,
  hours: number,
): Promise<Date | null> {
  const { organizationId } = tx;
  // In the order of the requests: admission, then what it is about, then the Wallet.
  await lockAdmission(tx, organizationId);
  const living = await lockResources(tx, service);
  const stored = await lockVolumes(tx, service);
  const shortage = await readShortage(tx, service);
  if (shortage === null || shortage.debt === null) return null;
  const { debt, available } = shortage;
  const step = debtStep(debt, hours, tx.now);
  if ("wait" in step) return step.wait;
  if (step.do !== "delete") return tx.now;

  for (const resource of living) {
    await requestResourceDeletion(
      tx,
      resource.id,
      "The balance of its Service was below zero for too long.",
    );
    await record(tx, service, resource);
  }
  for (const volume of stored) {
    // An inline one went with its resource.
    await requestVolumeDeletion(tx, volume.id);
    if (volume.kind === "volume") await record(tx, "volume", volume);
  }
  const negativeSince = debt.negativeSince.toISOString();
  const counts = { resources: living.length, volumes: stored.length };
  await notify(tx, [
    {
      organizationId,
      kind: "deletedForDebt",
      cause: `deletedForDebt:${organizationId}:${service}:${negativeSince}`,
      audience: "owner",
      facts: { service, available, negativeSince, ...counts },
    },
  ]);
  await endTimer(tx);
  return null;
}

function lockResources({ db, organizationId }: TenantTx, service: DebtService) {
  const { id, name, workspaceId } = resources;
  return db
    .select({ id, name, workspaceId })
    .from(resources)
    .where(
      and(
        eq(resources.organizationId, organizationId),
        eq(resources.kind, service),
        ne(resources.desiredState, "deleted"),
        isNull(resources.deletedAt),
      ),
    )
    .orderBy(asc(resources.id))
    .for("update");
}

/** Home volumes are the notebooks', disks and separate volumes the containers' (BIL-8). */
function lockVolumes({ db, organizationId }: TenantTx, service: DebtService) {
  const { id, name, workspaceId, kind } = volumes;
  return db
    .select({ id, name, workspaceId, kind })
    .from(volumes)
    .where(
      and(
        eq(volumes.organizationId, organizationId),
        service === "notebook" ? eq(kind, "home") : ne(kind, "home"),
        ne(volumes.desiredState, "deleted"),
        isNull(volumes.deletedAt),
      ),
    )
    .orderBy(asc(volumes.id))
    .for("update");
}

const ACTS = {
  notebook: { category: "Notebooks", action: "deleteNotebook" },
  container: { category: "Containers", action: "deleteContainer" },
  volume: { category: "Volumes", action: "deleteVolume" },
};

function record(
  tx: TenantTx,
  kind: keyof typeof ACTS,
  { id, name, workspaceId }: { id: string; name: string; workspaceId: string },
): Promise<void> {
  return recordAudit(tx, {
    ...ACTS[kind],
    organizationId: tx.organizationId,
    workspaceId,
    actor: { kind: "system", id: null, name: "system" },
    scope: "Service",
    target: { kind, id: publicId(kind, id), name },
    outcome: "SUCCESS",
    reason: "debt",
  });
}

async function endTimer(tx: TenantTx): Promise<void> {
  const { organizationId } = tx;
  const { rows } = await tx.client.query<{ shard: number }>(
    "select shard from wallets where organization_id = $1",
    [organizationId],
  );
  await trackShortages(tx, { shard: rows[0]!.shard, organizationId }, { stops: false });
}
