import type {
  DeterminingStatement,
  Problem,
  RefusingLayer,
  Remedy,
  StatusReason,
} from "./generated/types.gen.ts";

/** One place of bad input: a JSON pointer into the body, or the name of a parameter. */
export type InputProblem = NonNullable<Problem["errors"]>[number];

/** What a refusal for want of a right tells beside its sentence, for programs to act on. */
export interface Refusal {
  /** What refused. */
  readonly layer: RefusingLayer;
  /** What would allow it. */
  readonly remedy: Remedy;
  /** What was asked of Services and Policies, and where; null where they were not asked. */
  readonly action: string | null;
  readonly region: string | null;
  /** Every statement that determined it, counted from 0. */
  readonly statements: readonly DeterminingStatement[];
  /** Where nothing allows it: the Allow that misses in the fewest dimensions. */
  readonly nearestMiss: NonNullable<Problem["nearestMiss"]> | null;
}

export interface ErrorDetails {
  code: string;
  /** The HTTP status; 0 where no answer came. */
  status: number;
  detail: string;
  requestId?: string;
  problem?: Problem;
  cause?: unknown;
}

/** Every failure of the client: a refusal of the API, or one of the subclasses. Programs decide by `code`, which is stable. */
export class AiFactoryError extends Error {
  override readonly name: string = "AiFactoryError";
  readonly code: string;
  readonly status: number;
  /** What happened and what to do about it. */
  readonly detail: string;
  /** What the operator finds the request by; null where no answer came. */
  readonly requestId: string | null;
  readonly errors: readonly InputProblem[];
  /** The whole RFC 9457 answer, with the members that belong to its code; null where the answer was none. */
  readonly problem: Problem | null;

  constructor(details: ErrorDetails) {
    const { code, detail, requestId } = details;
    super(
      `${detail} [${code}${requestId === undefined ? "" : `, request ${requestId}`}]`,
      "cause" in details ? { cause: details.cause } : {},
    );
    this.code = code;
    this.status = details.status;
    this.detail = detail;
    this.requestId = requestId ?? null;
    this.errors = details.problem?.errors ?? [];
    this.problem = details.problem ?? null;
  }

  /** Of a 403: what refused, and what would allow it; null otherwise. */
  get refusal(): Refusal | null {
    const { layer, remedy, action, region, statements, nearestMiss } = this.problem ?? {};
    if (layer === undefined || remedy === undefined) return null;
    return {
      layer,
      remedy,
      action: action ?? null,
      region: region ?? null,
      statements: statements ?? [],
      nearestMiss: nearestMiss ?? null,
    };
  }
}

/** 404: there is none, or the caller may not know of it (RBAC-6). */
export class NotFoundError extends AiFactoryError {
  override readonly name = "NotFoundError";
}

/** 410: it was deleted (RES-1). */
export class GoneError extends AiFactoryError {
  override readonly name = "GoneError";

  /** The id of what re-create put in its place. */
  get replacedBy(): string | null {
    const id = this.problem?.["replacedBy"];
    return typeof id === "string" ? id : null;
  }
}

/** No whole answer arrived; whether the request took effect is unknown. */
export class ConnectionError extends AiFactoryError {
  override readonly name = "ConnectionError";
}

/** The time for the call, its retries included, was up; whether it took effect is unknown. */
export class TimeoutError extends AiFactoryError {
  override readonly name = "TimeoutError";
}

/** What was waited for will not come (`wait_failed`), or did not come in time (`wait_timed_out`). */
export class WaitError extends AiFactoryError {
  override readonly name = "WaitError";
  /** The last that was seen; undefined where nothing was. */
  readonly value: unknown;
  readonly statusReason: StatusReason | null;

  constructor(
    details: Omit<ErrorDetails, "status"> & { value: unknown; statusReason: StatusReason | null },
  ) {
    super({ ...details, status: 0 });
    this.value = details.value;
    this.statusReason = details.statusReason;
  }
}

/** Whether the failure is the API's refusal (or the client's own error) of this code, for example `quota_exceeded`. */
export function isCode<Code extends string>(
  error: unknown,
  code: Code,
): error is AiFactoryError & { readonly code: Code } {
  return error instanceof AiFactoryError && error.code === code;
}
