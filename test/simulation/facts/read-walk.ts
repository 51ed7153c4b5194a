import type { Rates } from "../../../api/domain/billing/currency/convert.ts";
import type { Currency } from "../../../api/domain/billing/units/money.ts";
import { queryAsOwner } from "../../e2e/crash/witness.ts";
import type { Fixing } from "./expect-fixing.ts";

/** The facts of one Organization from which follows who paid what. Amounts as the database writes them. */
export interface WalkFacts {
  entries: {
    seq: string;
    kind: "grant" | "charge" | "correction" | "expiry" | "conversion";
    currency: Currency;
    from_minute: number;
    to_minute: number;
    reference: string;
  }[];
  /** By account, and of what was charged by Workspace, Service and kind; by source and currency. */
  postings: { seq: string; key: string; amount: string }[];
  runs: {
    id: string;
    key: string;
    service: string;
    currency: Currency;
    started: number;
    first_minute: number;
    tick_from: number;
    tick_until: number;
    price: string;
  }[];
  windows: { run_id: string; sign: number; from_minute: number; to_minute: number }[];
  credits: {
    id: string;
    kind: "plan" | "voucher" | "topUp";
    services: string[] | null;
    /** As the voucher was issued, the plan granted, the top-up settled. */
    given: string;
    given_currency: Currency;
    /** The moment whose rate holds. */
    rated: number;
    starts: number;
    expires: number | null;
  }[];
  fixing: Fixing | null;
  rates: Rates;
}

const keyOf = (row: string) => `${row}.workspace_id || ' ' || ${row}.service || ' ' || ${row}.kind`;
const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`;

export async function readWalk(
  adminUrl: string,
  organizationId: string,
  known: Pick<WalkFacts, "fixing" | "rates">,
): Promise<WalkFacts> {
  const read = <T extends object>(sql: string) =>
    queryAsOwner<T & Record<string, unknown>>(
      adminUrl,
      sql.replaceAll("$1", `'${organizationId}'`),
    );
  return {
    ...known,
    entries: await read("select * from ledger_entries where organization_id = $1 order by seq"),
    // The other side of each entry balances these.
    postings: await read(
      `select p.seq, p.amount,
         concat_ws(' ', p.account, ${keyOf("p")}, coalesce(p.credit_id::text, 'topUp'), p.currency) as key
       from ledger_postings p join ledger_entries e using (organization_id, at, seq)
       where organization_id = $1 and case e.kind
         when 'charge' then account = 'charges'
         when 'correction' then account = 'charges'
         when 'conversion' then account <> 'conversion'
         else account not in ('grants', 'expired') end`,
    ),
    runs: await read(
      `select id, ${keyOf("r")} as key, service, currency, ${ms("started_at")} as started, first_minute, tick_from, tick_until,
         price_per_hour as price
       from usage_runs r where organization_id = $1 order by started_at, id`,
    ),
    windows: await read("select * from late_windows where organization_id = $1 order by id"),
    credits: await read(
      `select c.id, c.kind, c.services, coalesce(v.amount, p.amount, c.original_amount, c.amount) as given,
         coalesce(v.currency, p.currency, c.original_currency, c.currency) as given_currency,
         ${ms("case c.kind when 'plan' then c.starts_at else c.granted_at end")} as rated,
         ${ms("c.starts_at")} as starts, ${ms("c.expires_at")} as expires
       from credits c left join vouchers v on v.id = c.voucher_id left join plans p on p.id = c.plan_id
       where c.organization_id = $1`,
    ),
  };
}
