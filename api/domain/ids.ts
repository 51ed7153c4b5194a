import { v7 } from "uuid";
import { ID_PREFIXES, type IdKind } from "#contract/ids.ts";
import { decodeUuid, encodeUuid } from "./type-id.ts";

/** A new key: UUIDv7, so that keys sort by the time they were made. */
export const newId = (): string => v7();

/** The public form of a key: `nb_01jd…`, a TypeID. */
export function publicId(kind: IdKind, uuid: string): string {
  return `${ID_PREFIXES[kind]}_${encodeUuid(uuid)}`;
}

/** The key inside a public id whose form the contract has already checked. */
export function keyOf(id: string): string {
  return decodeUuid(id.slice(id.lastIndexOf("_") + 1));
}
