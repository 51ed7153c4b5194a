import { withTenant } from "#db/tenant.ts";
import { listCreditHistory, type EntryKey } from "#domain/billing/list-credit-history.ts";
import type { ReadContext } from "#domain/context.ts";
import { cursorKey, pageOf, type PageQuery } from "#domain/page.ts";
import { presentEntry } from "./present-entry.ts";

const CURSOR = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \d+$/;

/** Every movement of credit, newest first, each explained (WAL-6). */
export async function listHistory({ site, authorization }: ReadContext, query: PageQuery) {
  const { organizationId } = authorization.target;
  const before = entryKey(cursorKey(query, CURSOR));
  const entries = await withTenant(site.database, organizationId, (tx) =>
    listCreditHistory(tx, { organizationId, limit: query.limit + 1, before }),
  );
  return pageOf(entries, query, ({ at, seq }) => `${at.toISOString()} ${seq}`, presentEntry);
}

function entryKey(cursor: string | null): EntryKey | null {
  if (cursor === null) return null;
  const [at, seq] = cursor.split(" ");
  return { at: new Date(at!), seq: BigInt(seq!) };
}
