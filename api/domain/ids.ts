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
  // Not `toUUID`: it throws for bits that are no UUIDv7, and such an id is well formed, it only names nothing.
  const hex = Buffer.from(TypeID.fromString(id).toUUIDBytes()).toString("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
