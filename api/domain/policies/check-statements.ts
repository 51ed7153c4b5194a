import { validateStatements, type Statement } from "@aifactory/sdk/policy";
import { InputError } from "#domain/errors.ts";
import type { Site } from "#domain/site.ts";

/** What the contract lets through: the shape of statements, with any words in it. */
export type WrittenStatement = { [Field in keyof Statement]: string | string[] };

/** Statements of known words only. Throws `invalid_input` with pointer, code and the nearest known name (POL-4). */
export function checkStatements(site: Site, statements: readonly WrittenStatement[]): Statement[] {
  const problems = validateStatements(statements, { regions: site.catalogue.regionIds });
  if (problems.length > 0) throw new InputError(problems);
  return statements as Statement[];
}
