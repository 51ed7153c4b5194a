import { createHash } from "node:crypto";
import type { Fields } from "./fields.ts";
import type { Context } from "./resource.ts";

/**
 * The same for every attempt to create one resource of a program, and another one for its replacement: a create after a
 * crash finds what the first one made (IAC-3). The URN holds project, stack, type and logical name.
 */
export function clientToken({ urn }: Pick<Context, "urn">, fields: Fields, inputs: object): string {
  const forcing = Object.entries(inputs)
    .filter(([key]) => fields[key]?.replaces === true)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `pulumi-${createHash("sha256")
    .update(JSON.stringify([urn, forcing]))
    .digest("hex")}`;
}
