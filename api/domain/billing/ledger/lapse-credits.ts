import type { Tx } from "#db/tenant.ts";
import { book } from "./book.ts";
import { accountOf } from "./payment-postings.ts";
import type { Currency } from "#domain/billing/units/money.ts";

interface Lapsing {
  id: string;
  organization_id: string;
  kind: "plan" | "voucher";
  remaining: bigint;
  currency: Currency;
  until_minute: number;
}

/**
 * Takes the remainder of credit that can pay no minute from `to` on off its Wallet's line. The credit keeps it: a late
 * report of an earlier minute may still draw on it (BIL-2).
 */
export async function lapseCredits(
  tx: Tx,
  window: { shard: number; to: number; organizations: string[] | null },
): Promise<void> {
  const { rows } = await tx.client.query<Lapsing>(
    `update credits set lapsed_at = $4
     where shard = $1 and spendable and until_minute <= $2
       and ($3::uuid[] is null or organization_id = any ($3))
     returning id, organization_id, kind, remaining, currency, until_minute`,
    [window.shard, window.to, window.organizations, tx.now],
  );
  rows.sort((a, b) => a.until_minute - b.until_minute || (a.id < b.id ? -1 : 1));
  for (const {
    id,
    organization_id: organizationId,
    kind,
    remaining,
    currency,
    until_minute: minute,
  } of rows) {
    await book(tx, {
      organizationId,
      kind: "expiry",
      fromMinute: minute,
      toMinute: minute,
      reference: id,
      postings: [
        { account: accountOf({ kind, lapsed: false }), currency, amount: -remaining, creditId: id },
        { account: "expired", currency, amount: remaining, creditId: id },
      ],
    });
  }
}
