import { changedFields, type Fields } from "./fields.ts";
import type { Draft, Failure } from "./resource.ts";

/**
 * RES-3: storage grows and never shrinks. A resource that is replaced anyway may come back smaller; one that only
 * shrinks is not replaced for it, because its data would be lost.
 */
export function refuseShrinking(fields: Fields, key: string, olds: Draft, news: Draft): Failure[] {
  const before = sizeOf(olds[key]);
  const asked = sizeOf(news[key]);
  if (before === undefined || asked === undefined || asked >= before) return [];
  const replaced = changedFields(fields, olds, news).some(
    (name) => fields[name]!.replaces === true,
  );
  if (replaced) return [];
  const reason = `is ${before} GiB and cannot shrink to ${asked}: storage only grows. Create another resource and copy the data`;
  return [{ property: `${key}.sizeGib`, reason }];
}

function sizeOf(value: unknown): number | undefined {
  const { sizeGib } = (typeof value === "object" && value !== null ? value : {}) as {
    sizeGib?: unknown;
  };
  return typeof sizeGib === "number" ? sizeGib : undefined;
}
