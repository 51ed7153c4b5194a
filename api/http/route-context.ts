import type { IncomingMessage, ServerResponse } from "node:http";
import type { Context } from "hono";
import type { Upgrade } from "./live/upgrade.ts";
import type { Fields, Operation } from "#contract/operation.ts";

/** What is known of a request from its first moment on. */
export interface RequestVariables {
  requestId: string;
  sourceAddress: string | null;
  /** Set where the answer is one that was given before. */
  replayed?: boolean;
  /** Of the body, once it was asked for. */
  bodyText?: Promise<string>;
}

/** What the server hands in with a request. */
export interface RequestBindings {
  incoming: IncomingMessage;
  /** Absent where the connection asks to become something else. */
  outgoing: ServerResponse;
  upgrade?: Upgrade;
}

export interface RequestEnv {
  Bindings: RequestBindings;
  Variables: RequestVariables;
}

export type RouteContext = Context<RequestEnv>;

/** An operation of whatever input and output. */
// oxlint-disable-next-line typescript/no-explicit-any -- the schemas are only passed on
export type AnyOperation = Operation<Fields, Fields, any, any>;
