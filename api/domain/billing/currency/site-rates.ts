import type { Tx } from "#db/tenant.ts";
import { fixedRates, type Rates } from "./convert.ts";

interface Row {
  effective_from: Date;
  vnd: bigint;
  jpy: bigint;
}

/** The site's exchange rates as every replica knows them, each from its date on (WAL-4). */
export async function siteRates(tx: Tx): Promise<Rates> {
  const { rows } = await tx.client.query<Row>(
    "select effective_from, vnd, jpy from exchange_rates order by effective_from",
  );
  return (from, to, at) => {
    const row = rows.findLast((it) => it.effective_from <= at);
    if (!row) throw new Error(`the site has no exchange rate for ${at.toISOString()}`);
    return fixedRates({ USD: 1_000_000n, VND: row.vnd, JPY: row.jpy })(from, to, at);
  };
}
