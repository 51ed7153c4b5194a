import type { Tx } from "#db/tenant.ts";

/** Counts spending of a Workspace on the UTC day of the charged minute (QUO-3); negative when it is given back. */
export async function addUsd(
  tx: Tx,
  organizationId: string,
  workspaceId: string,
  minute: number,
  usd: bigint,
): Promise<void> {
  if (usd === 0n) return;
  await tx.client.query(
    `insert into quota_counters as q (organization_id, workspace_id, day, spent_usd_micros)
     values ($1, $2, minute_day($3), $4)
     on conflict (workspace_id, day) do update set spent_usd_micros = q.spent_usd_micros + excluded.spent_usd_micros`,
    [organizationId, workspaceId, minute, usd],
  );
}
