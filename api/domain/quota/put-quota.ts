import { eq } from "drizzle-orm";
import { organizations, quotas } from "#db/schema/organizations.ts";
import type { TenantTx } from "#db/tenant.ts";
import { minuteOf } from "#domain/billing/units/minute.ts";
import { parseAmount } from "#domain/billing/units/money.ts";
import { warnQuotas } from "#domain/billing/limits/quota-warnings.ts";
import type { ChangeContext } from "#domain/context.ts";
import { checkRevision } from "#domain/revision.ts";
import { lockWorkspace } from "#domain/workspaces/lock-workspace.ts";
import { findQuota } from "./find-quota.ts";
import { presentQuota } from "./present-quota.ts";

interface Input {
  period: "day" | "month";
  /** USD, a decimal string. */
  limitUsd: string;
  enforceOnStart: boolean;
}

/**
 * Sets the Quota of a Workspace; what is spent stays spent (QUO-1, QUO-3), and equal values make no revision. Throws
 * `revision_mismatch`.
 */
export async function putQuota(
  { tx, authorization: { target }, ifMatch }: ChangeContext,
  input: Input,
) {
  await lockWorkspace(tx, target.id);
  const current = await findQuota(tx, target.id);
  checkRevision(ifMatch, current?.revision ?? 0);
  const wanted = {
    period: input.period,
    limitUsdMicros: parseAmount(input.limitUsd),
    enforceOnStart: input.enforceOnStart,
  };
  const unchanged =
    current?.period === wanted.period &&
    current.limitUsdMicros === wanted.limitUsdMicros &&
    current.enforceOnStart === wanted.enforceOnStart;
  if (unchanged) return presentQuota(tx, current);
  const set = { ...wanted, revision: (current?.revision ?? 0) + 1, updatedAt: tx.now };
  const [row] = await tx.db
    .insert(quotas)
    .values({ organizationId: tx.organizationId, workspaceId: target.id, ...set })
    .onConflictDoUpdate({ target: quotas.workspaceId, set })
    .returning();
  await warnOfNewLimit(tx, target.id);
  return presentQuota(tx, row!);
}

/** A limit that has been spent in part already is told of at once (QUO-4). */
async function warnOfNewLimit(tx: TenantTx, workspaceId: string): Promise<void> {
  const [organization] = await tx.db
    .select({ shard: organizations.shard })
    .from(organizations)
    .where(eq(organizations.id, tx.organizationId));
  await warnQuotas(tx, { shard: organization!.shard, workspaceId, minute: minuteOf(tx.now) });
}
