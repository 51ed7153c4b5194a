import { TypeID } from "typeid-js";
import { v7 } from "uuid";
import { ID_PREFIXES, type IdKind } from "#contract/ids.ts";

/** A new key: UUIDv7, so that keys sort by the time they were made. */
export const newId = (): string => v7();

/** The public form of a key: `nb_01jd…`. */
export function publicId(kind: IdKind, uuid: string): string {
  return TypeID.fromUUID(ID_PREFIXES[kind], uuid).toString();
}

/** The key inside a public id whose form the contract has already checked. */
export function keyOf(id: string): string {
  return TypeID.fromString(id).toUUID();
}
