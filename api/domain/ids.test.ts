import { TypeID } from "typeid-js";
import { v4 } from "uuid";
import { expect, test } from "vitest";
import { ID_PREFIXES, type IdKind } from "#contract/ids.ts";
import { keyOf, newId, publicId } from "./ids.ts";

const EDGES = ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"];
const keys = [...EDGES, ...Array.from({ length: 500 }, (_, n) => (n % 2 ? newId() : v4()))];

test("public ids are TypeIDs, as the reference implementation writes and reads them", () => {
  for (const key of keys) {
    const id = publicId("notebook", key);
    expect(id).toBe(TypeID.fromUUID("nb", key).toString());
    expect(keyOf(id)).toBe(key);
  }
});

test("every kind has a prefix of its own", () => {
  const kinds = Object.keys(ID_PREFIXES) as IdKind[];
  const ids = kinds.map((kind) => publicId(kind, keys[2]!));
  expect(new Set(ids).size).toBe(kinds.length);
  expect(ids.map(keyOf)).toEqual(kinds.map(() => keys[2]));
});

test("keys sort by the time they were made, and so do ids", () => {
  const made = Array.from({ length: 100 }, newId);
  expect(made.toSorted()).toEqual(made);
  const ids = made.map((key) => publicId("volume", key));
  expect(ids.toSorted()).toEqual(ids);
});
