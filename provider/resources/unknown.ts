/** Stands for a value that a preview does not know yet. Faces translate their own spelling into it. */
export const UNKNOWN: unique symbol = Symbol("unknown");

/** Whether a value, or anything inside of it, is not known yet. */
export function holdsUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(holdsUnknown);
}
