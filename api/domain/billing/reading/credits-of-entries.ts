import type { Service } from "@aifactory/sdk/policy";
import type { Tx } from "#db/tenant.ts";
import {
  originalOf,
  withOriginal,
  type Original,
  type OriginalRow,
} from "#domain/billing/credit/original.ts";
import type { CreditKind } from "#domain/billing/credit/grant-credit.ts";
import type { EntryRow } from "./list-credit-history.ts";

/** The credit that an entry granted or let expire; micro-units. */
export interface EntryCredit {
  id: string;
  kind: CreditKind;
  voucherId: string | null;
  services: Service[] | null;
  expiresAt: Date | null;
  original: Original | null;
}

/** The credits that entries refer to, by their ids. */
export async function creditsOfEntries(
  tx: Tx,
  entries: EntryRow[],
): Promise<Map<string | null, EntryCredit>> {
  const ids = entries
    .filter((entry) => entry.kind === "grant" || entry.kind === "expiry")
    .map((entry) => entry.reference);
  if (ids.length === 0) return new Map();
  const { rows } = await tx.client.query<Omit<EntryCredit, "original"> & OriginalRow>(
    `select c.id, c.kind, c.voucher_id as "voucherId", c.services, c.expires_at as "expiresAt",
       ${originalOf("c")} as original
     from credits c where c.id = any ($1)`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, withOriginal(row)]));
}
