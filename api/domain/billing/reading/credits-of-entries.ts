import type { Service } from "@aifactory/sdk/policy";
import type { Tx } from "#db/tenant.ts";
import type { CreditKind } from "#domain/billing/credit/grant-credit.ts";
import type { EntryRow } from "./list-credit-history.ts";
import type { Currency } from "#domain/billing/units/money.ts";

/** The credit that an entry granted or let expire; micro-units. */
export interface EntryCredit {
  id: string;
  kind: CreditKind;
  voucherId: string | null;
  services: Service[] | null;
  expiresAt: Date | null;
  /** When it was granted in another currency: that, and the rate used (WAL-4). */
  original: { amount: bigint; currency: Currency; rate: string } | null;
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
  const { rows } = await tx.client.query<Row>(
    `select id, kind, voucher_id, services, expires_at, original_amount, original_currency, rate
     from credits where id = any ($1)`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, present(row)]));
}

interface Row {
  id: string;
  kind: CreditKind;
  voucher_id: string | null;
  services: Service[] | null;
  expires_at: Date | null;
  original_amount: bigint | null;
  original_currency: Currency | null;
  rate: string | null;
}

function present(row: Row): EntryCredit {
  const { original_amount: amount, original_currency: currency, rate } = row;
  return {
    id: row.id,
    kind: row.kind,
    voucherId: row.voucher_id,
    services: row.services,
    expiresAt: row.expires_at,
    original: amount === null ? null : { amount, currency: currency!, rate: rate! },
  };
}
