import type { Tx } from "#db/tenant.ts";
import { ClaimLost, type WorkItem } from "./types.ts";

/**
 * Throws `ClaimLost` when somebody else may be at work on the item by now. Asked under the lock of the row that is about
 * to be written: whoever has the item now writes after us, with what it saw later.
 */
export async function verifyClaim(tx: Tx, item: WorkItem): Promise<void> {
  const { rowCount } = await tx.client.query({
    name: "verify claim",
    text: `select from work_items w
     where kind = $1 and key = $2 and lease_owner = $3 and leased_until > clock_timestamp()
       and (cluster_id is null or exists (
         select from clusters c where c.id = w.cluster_id and c.fence = $4 and c.leased_until > clock_timestamp()))`,
    values: [item.kind, item.key, item.claim, item.fence],
  });
  if (rowCount === 0) throw new ClaimLost(`${item.kind} ${item.key} is somebody else's by now`);
}
