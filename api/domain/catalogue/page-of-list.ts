import { cursorKey, pageOf, type Page, type PageQuery } from "#domain/page.ts";

const KEY = /^[\w:.-]{1,200}$/;

/** A page of a list that is held in memory, in the order of its keys. */
export function pageOfList<Entry, Item>(
  list: readonly Entry[],
  query: PageQuery,
  keyOf: (entry: Entry) => string,
  present: (entry: Entry) => Item,
): Page<Item> {
  const after = cursorKey(query, KEY);
  const rest = list
    .filter((entry) => after === null || keyOf(entry) > after)
    .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
    .slice(0, query.limit + 1);
  return pageOf(rest, query, keyOf, present);
}
