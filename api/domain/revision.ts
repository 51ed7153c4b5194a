import { DomainError } from "./errors.ts";

/** Refuses an edit that was made from an older revision than the one that stands (`If-Match`). */
export function checkRevision(expected: number | null, actual: number): void {
  if (expected === null || expected === actual) return;
  throw new DomainError(
    "revision_mismatch",
    `It was edited meanwhile: it is at revision ${actual} now. Read it again, then repeat the edit.`,
    {
      revision: actual,
    },
  );
}
