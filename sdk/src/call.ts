import type { Operations, operations } from "./generated/operations.gen.ts";

type OperationTable = typeof operations;
export type OperationId = keyof Operations & keyof OperationTable;

/** What every call takes beside its request. */
export interface CallOptions {
  /** Ends the call, whether it waits for an answer or for its next attempt. */
  signal?: AbortSignal;
  /** For the whole call, retries included. */
  timeoutSeconds?: number;
  /** Attempts after the first one. */
  retries?: number;
}

interface EditOptions {
  /**
   * The `revision` that the edit is based on: 412 `revision_mismatch` if there has been another one since. A PATCH is
   * retried only with it; where the first attempt did take effect, the retry meets its own edit and answers 412.
   */
  ifMatch?: number;
}

interface KeyOptions {
  /** Taken instead of a fresh one, so that the caller's own repetition returns the first answer (kept 24 hours). */
  idempotencyKey?: string;
}

type MethodOptions<Row> = (Row extends { method: "PUT" | "PATCH" | "DELETE" }
  ? EditOptions
  : unknown) &
  (Row extends { takesIdempotencyKey: true } ? KeyOptions : unknown);

/** The request of an operation: `path`, `query` and `body` as the API describes them, and the options of the call. */
export type CallRequest<Id extends OperationId> = Omit<Operations[Id]["data"], "url" | "headers"> &
  CallOptions &
  MethodOptions<OperationTable[Id]>;

type Call<Request, Answer> =
  Partial<Request> extends Request
    ? (request?: Request) => Promise<Answer>
    : (request: Request) => Promise<Answer>;

/**
 * One method for every operation of the API, named by its operationId. Answers the body; throws `AiFactoryError`.
 * The methods need no `this`: they can be handed on, as to `paginate`.
 */
export type Client = {
  readonly [Id in OperationId]: Call<CallRequest<Id>, Operations[Id]["response"]>;
};
