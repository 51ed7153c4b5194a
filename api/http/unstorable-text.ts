import type { InputProblem } from "#domain/errors.ts";

/**
 * The texts in checked input that PostgreSQL cannot store, whatever their field allows: those with a NUL character or
 * half of a surrogate pair. Without this they would fail only where they are written.
 */
export function unstorableTexts(
  value: unknown,
  locate: (path: PropertyKey[]) => string,
  path: PropertyKey[] = [],
): InputProblem[] {
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).flatMap(([key, inner]) =>
      unstorableTexts(inner, locate, [...path, key]),
    );
  }
  if (typeof value !== "string" || (value.isWellFormed() && !value.includes("\0"))) return [];
  const message = "must not have NUL characters or half characters";
  return [{ pointer: locate(path), code: "invalid_text", message }];
}
