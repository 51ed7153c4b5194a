import { createHash } from "node:crypto";
import type { Tx } from "#db/tenant.ts";
import { organizations } from "#db/schema/organizations.ts";
import { createWallet } from "#domain/billing/wallet/create-wallet.ts";
import { newId } from "#domain/ids.ts";

/** The shards over which Organizations are spread for billing; the database knows as many cursors. */
export const SHARDS = 64;

/** Inserts an Organization with its one Wallet (ORG-2). */
export async function insertOrganization(
  tx: Tx,
  input: { name: string; ownerId: string; currency: "VND" | "USD" | "JPY" },
) {
  const id = newId();
  const shard = createHash("sha256").update(id).digest()[0]! % SHARDS;
  const [organization] = await tx.db
    .insert(organizations)
    .values({ id, name: input.name, ownerId: input.ownerId, shard, createdAt: tx.now })
    .returning();
  await createWallet(tx, { organizationId: id, shard, currency: input.currency });
  return organization!;
}
