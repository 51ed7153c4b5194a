import { InputError } from "./errors.ts";

export interface PageQuery {
  limit: number;
  cursor?: string | undefined;
}

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** Makes a page of `limit + 1` rows asked for in order: the extra one only tells that there is more. */
export function pageOf<Row, Item>(
  rows: Row[],
  query: PageQuery,
  keyOf: (row: Row) => string,
  present: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, query.limit);
  const more = rows.length > query.limit;
  return { items: shown.map(present), nextCursor: more ? encode(keyOf(shown.at(-1)!)) : null };
}

/** The key after which the page begins; throws on what no page ever gave. */
export function cursorKey(query: PageQuery, form: RegExp = UUID): string | null {
  if (query.cursor === undefined) return null;
  const key = Buffer.from(query.cursor, "base64url").toString();
  if (form.test(key) && !key.includes("\0")) return key;
  throw new InputError([
    {
      pointer: "?cursor",
      code: "invalid_cursor",
      message: "must be the nextCursor of the page before",
    },
  ]);
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function encode(key: string): string {
  return Buffer.from(key).toString("base64url");
}
