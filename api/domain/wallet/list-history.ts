import { withTenant } from "#db/tenant.ts";
import type { EntryKind } from "#domain/billing/ledger/book.ts";
import { listCreditHistory, type EntryKey } from "#domain/billing/reading/list-credit-history.ts";
import type { ReadContext } from "#domain/context.ts";
import { cursorKey, pageOf, type PageQuery } from "#domain/page.ts";
import { presentEntry } from "./present-entry.ts";
import { readFilter, type FilterQuery } from "./read-filter.ts";

const CURSOR = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \d+$/;

interface Query extends PageQuery, FilterQuery {
  kind?: EntryKind | undefined;
}

/** Every movement of credit that is asked for, newest first, each explained (WAL-6). */
export async function listHistory({ site, authorization }: ReadContext, query: Query) {
  const { organizationId } = authorization.target;
  const before = entryKey(cursorKey(query, CURSOR));
  const filter = readFilter(query);
  const { kind } = query;
  const entries = await withTenant(site.database, organizationId, (tx) =>
    listCreditHistory(tx, { organizationId, limit: query.limit + 1, before, kind, filter }),
  );
  return pageOf(entries, query, ({ at, seq }) => `${at.toISOString()} ${seq}`, presentEntry);
}

function entryKey(cursor: string | null): EntryKey | null {
  if (cursor === null) return null;
  const [at, seq] = cursor.split(" ");
  return { at: new Date(at!), seq: BigInt(seq!) };
}
