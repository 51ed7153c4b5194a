import pg from "pg";

const UNIQUE_VIOLATION = "23505";

/** The name of the unique constraint that a failed statement would have broken; null for other failures. */
export function violatedUnique(error: unknown): string | null {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (cause instanceof pg.DatabaseError && cause.code === UNIQUE_VIOLATION)
    return cause.constraint ?? "";
  return null;
}
