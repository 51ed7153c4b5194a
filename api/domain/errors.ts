/**
 * A refusal with a stable code. The domain knows no HTTP statuses; `http/problem.ts` maps codes to them.
 * `details` are shown to the caller as they are: RBAC-8 decides what may be in them.
 */
export class DomainError extends Error {
  readonly code: string;
  readonly details: Record<string, unknown>;

  constructor(code: string, message: string, details: Record<string, unknown> = {}) {
    super(message);
    this.name = "DomainError";
    this.code = code;
    this.details = details;
  }
}

/** Where a refusal is recorded, when the request itself does not say it. */
export interface Place {
  readonly organizationId: string;
  readonly workspaceId: string;
  readonly target: { readonly kind: string; readonly id: string };
}

/** A refusal that belongs to the audit log of a place of which the caller is not told. */
export class PlacedError extends DomainError {
  readonly place: Place;

  constructor({ code, message, details }: DomainError, place: Place) {
    super(code, message, details);
    this.place = place;
  }
}

/** One thing wrong with the input: a JSON pointer into the body or `?parameter`. */
export interface InputProblem {
  pointer: string;
  code: string;
  message: string;
  suggestion?: string;
}

/** The problems that an answer lists: a request of a megabyte must not make one of many. */
const MOST_SHOWN = 100;

/** Bad input: 400, each problem with its place. */
export class InputError extends DomainError {
  constructor(problems: InputProblem[]) {
    const [first] = problems;
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
    super(
      "invalid_input",
      `${first!.pointer || "the body"}: ${first!.message}${more}.`.replace("..", "."),
      { errors: problems.slice(0, MOST_SHOWN) },
    );
  }
}

/** What the caller may not know of is answered as if it did not exist (RBAC-6). */
export function notFound(what: string): DomainError {
  return new DomainError("not_found", `There is no such ${what}, or you have no access to it.`);
}
