import { GoneError, NotFoundError } from "@aifactory/sdk";

/** Answers `instead` where it is gone, or never was. */
export async function ifGone<T, Instead>(
  attempt: Promise<T>,
  instead: Instead,
): Promise<T | Instead> {
  try {
    return await attempt;
  } catch (error) {
    if (error instanceof GoneError || error instanceof NotFoundError) return instead;
    throw error;
  }
}
