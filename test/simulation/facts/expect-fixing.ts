import { expect } from "vitest";
import type { Rates } from "../../../api/domain/billing/currency/convert.ts";
import type { Currency } from "../../../api/domain/billing/units/money.ts";
import { queryAsOwner } from "../../e2e/crash/witness.ts";

/** The provisional currency, USD on this site, became another one for good. */
export interface Fixing {
  to: Currency;
  rate: string;
  at: Date;
  /** The first that is charged in the new currency. */
  minute: number;
}

interface Facts {
  currency: Currency;
  fixed_at: Date | null;
  settled: Currency | null;
  rows: number;
  to: Currency | null;
  rate: string;
  at: Date;
  minute: number;
}

const FACTS = `
  select w.currency, w.currency_fixed_at as fixed_at,
    (select coalesce(c.original_currency, c.currency) from ledger_entries e join credits c on c.id = e.reference
     where e.organization_id = $1 and e.kind = 'grant' and c.kind = 'topUp' order by e.seq limit 1) as settled,
    (select count(*)::int from currency_fixings where organization_id = $1) as rows,
    f.to_currency as to, f.rate, f.fixed_at as at, f.minute
  from wallets w left join currency_fixings f using (organization_id) where w.organization_id = $1`;

/**
 * WAL-4: the first settled top-up has fixed the currency, at the site's rate of that moment, for the minutes from that one
 * on. Answers what was fixed; null when the provisional currency stayed.
 */
export async function expectFixing(
  adminUrl: string,
  organizationId: string,
  rates: Rates,
): Promise<Fixing | null> {
  const [facts] = await queryAsOwner<Facts & Record<string, unknown>>(
    adminUrl,
    FACTS.replaceAll("$1", `'${organizationId}'`),
  );
  const { currency, settled, fixed_at: fixedAt, rows, to, rate, at, minute } = facts!;
  expect({ currency, fixed: fixedAt !== null }).toEqual({
    currency: settled ?? "USD",
    fixed: settled !== null,
  });
  expect(rows).toBe(currency === "USD" ? 0 : 1);
  if (to === null) return null;
  expect({ to, rate }).toEqual({ to: currency, rate: rates("USD", currency, at) });
  // A tick of somebody else may have charged a minute more between the transaction's moment and its lock.
  expect(minute).toBeGreaterThanOrEqual(Math.floor(at.getTime() / 60_000));
  return { to, rate, at, minute };
}
