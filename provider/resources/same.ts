import { isDeepStrictEqual } from "node:util";

/** Whether two values of an input mean the same. */
export type Same = (old: unknown, asked: unknown) => boolean;

/** Equal as JSON: members that are undefined count as absent. */
export const sameJson: Same = (old, asked) => isDeepStrictEqual(plain(old), plain(asked));

/** Equal whatever the order of the items; `keyOf` is what an item comes to. */
export function sameItems(keyOf: (item: never) => unknown): Same {
  const sorted = (list: unknown) =>
    Array.isArray(list) ? list.map((item) => JSON.stringify(keyOf(item as never))).sort() : list;
  return (old, asked) => isDeepStrictEqual(sorted(old), sorted(asked));
}

/** Decimal amounts of the same value: `25`, `25.0` and `25.00`. */
export const sameAmount: Same = (old, asked) => amountKey(old) === amountKey(asked);

function amountKey(amount: unknown): unknown {
  if (typeof amount !== "string" || !/^\d+(\.\d+)?$/.test(amount)) return amount;
  const [whole = "", fraction = ""] = amount.split(".");
  return `${BigInt(whole)}.${fraction.replace(/0+$/, "")}`;
}

/** A list in which the order says nothing, or `"*"`. */
export function asSet(value: unknown): unknown {
  return Array.isArray(value) ? [...new Set(value)].sort() : value;
}

function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
