import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { isDatabaseOutage } from "#domain/database-errors.ts";
import { DomainError } from "#domain/errors.ts";

/** The header that names a request, as the audit log does. */
export const REQUEST_ID = "x-request-id";

/** The one map from domain codes to HTTP statuses; a code that is not here is a conflict with the state of things. */
const STATUS: Record<string, ContentfulStatusCode> = {
  invalid_input: 400,
  unauthenticated: 401,
  insufficient_balance: 402,
  forbidden: 403,
  policy_denied: 403,
  service_not_enabled: 403,
  token_read_only: 403,
  token_restricted: 403,
  sign_in_required: 403,
  email_not_verified: 403,
  boundary_locked: 403,
  quota_exceeded: 403,
  not_found: 404,
  method_not_allowed: 405,
  gone: 410,
  revision_mismatch: 412,
  body_too_large: 413,
  unsupported_media_type: 415,
  upgrade_required: 426,
  voucher_not_found: 404,
  invitation_not_found: 404,
  too_many_requests: 429,
  internal: 500,
  unavailable: 503,
};

/** Every code that has a status. */
export const CODES: readonly string[] = Object.keys(STATUS);

export function statusOf(code: string): ContentfulStatusCode {
  return STATUS[code] ?? 409;
}

/** Answers a refusal as RFC 9457 `application/problem+json`. */
export function problemResponse(c: Context, error: DomainError, requestId: string): Response {
  const body = problemBody(error, requestId);
  const { status } = body;
  const headers: Record<string, string> = {
    "content-type": "application/problem+json",
    [REQUEST_ID]: requestId,
  };
  if (status === 401) headers["www-authenticate"] = "Bearer";
  if (typeof error.details.retryAfterSeconds === "number")
    headers["retry-after"] = String(error.details.retryAfterSeconds);
  return c.body(JSON.stringify(body), status, headers);
}

/** A refusal as RFC 9457 describes it. */
export function problemBody(error: DomainError, requestId: string) {
  return {
    ...error.details,
    type: `urn:aifactory:problem:${error.code}`,
    title: error.code.replaceAll("_", " "),
    status: statusOf(error.code),
    code: error.code,
    detail: error.message,
    requestId,
  };
}

/** What the caller learns of any failure; what is no refusal is for the operator. */
export function asProblem(
  error: unknown,
  requestId: string,
  onError: (error: unknown, requestId: string) => void,
): DomainError {
  if (error instanceof DomainError) return error;
  onError(error, requestId);
  return isDatabaseOutage(error) ? databaseAway() : internalError(requestId);
}

/** Of a failure inside: nothing but the request id. */
function internalError(requestId: string): DomainError {
  return new DomainError(
    "internal",
    `Something failed inside. The operator finds it in the log under the request id ${requestId}.`,
  );
}

/** Whether the request took effect is unknown; the caller repeats it under the same key. */
function databaseAway(): DomainError {
  return new DomainError("unavailable", "The database does not answer. Try again in a moment.", {
    retryAfterSeconds: 1,
  });
}
