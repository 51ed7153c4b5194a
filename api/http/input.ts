import type { Context } from "hono";
import type { z } from "@hono/zod-openapi";
import { bodyIsOptional, type Operation } from "#contract/operation.ts";
import { DomainError, InputError, notFound, type InputProblem } from "#domain/errors.ts";
import { readText } from "./body.ts";
import { unstorableTexts } from "./unstorable-text.ts";

/** Path parameters; a malformed id names nothing, so it is answered as unknown (RBAC-6). */
export function readParams(c: Context, operation: Operation): Record<string, string> {
  const result = operation.params.safeParse(c.req.param());
  if (result.success && unstorableTexts(result.data, String).length === 0)
    return result.data as Record<string, string>;
  const parameter = String(result.error?.issues[0]?.path[0] ?? "item");
  throw notFound(
    parameter
      .replace(/Id$/, "")
      .replace(/([A-Z])/g, " $1")
      .toLowerCase(),
  );
}

/** Query parameters; problems point to `?name`. */
export function readQuery(c: Context, operation: Operation): unknown {
  const repeated = Object.entries(c.req.queries()).find(([, values]) => values.length > 1);
  if (repeated !== undefined) {
    throw new InputError([
      { pointer: `?${repeated[0]}`, code: "repeated", message: "give it once" },
    ]);
  }
  return accept(operation.query.safeParse(c.req.query()), (path) => `?${path.join(".")}`);
}

/** The JSON body, validated; where no field is required an absent body is `{}`. */
export async function readBody(c: Context, operation: Operation): Promise<unknown> {
  if (operation.body === null) return undefined;
  const text = await readText(c);
  const absent = text === "" && bodyIsOptional(operation);
  if (!absent) requireJson(c, text);
  const result = operation.body.safeParse(absent ? {} : parseJson(text));
  return accept(result, toPointer);
}

function accept<T>(result: z.ZodSafeParseResult<T>, locate: (path: PropertyKey[]) => string): T {
  const problems = result.success
    ? unstorableTexts(result.data, locate)
    : problemsOf(result.error, locate);
  if (problems.length > 0) throw new InputError(problems);
  return result.data as T;
}

function requireJson(c: Context, text: string): void {
  const type = c.req.header("content-type");
  if (type !== undefined && /^application\/(?:[\w.-]+\+)?json(?:\s*;|$)/i.test(type)) return;
  if (type === undefined && text === "") return; // Reported as the missing body that it is.
  throw new DomainError(
    "unsupported_media_type",
    'Send the body as "Content-Type: application/json".',
  );
}

function parseJson(text: string): unknown {
  if (text === "")
    throw new InputError([{ pointer: "", code: "missing", message: "a JSON body is needed" }]);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError([
      {
        pointer: "",
        code: "invalid_json",
        message: `the body is not JSON: ${(error as Error).message}`,
      },
    ]);
  }
}

/** One problem per issue; unknown fields each get a pointer of their own. */
function problemsOf(
  { issues }: { issues: readonly z.core.$ZodIssue[] },
  locate: (path: PropertyKey[]) => string,
): InputProblem[] {
  return issues.flatMap((issue): InputProblem[] => {
    const nearest = issue.code === "invalid_union" ? nearestOption(issue) : undefined;
    if (nearest !== undefined) return problemsOf({ issues: nearest }, locate);
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({
        pointer: locate([...issue.path, key]),
        code: "unknown_field",
        message: "is not a known field",
      }));
    }
    const missing = issue.code === "invalid_type" && issue.message.endsWith("received undefined");
    if (missing) return [{ pointer: locate(issue.path), code: "missing", message: "is required" }];
    return [{ pointer: locate(issue.path), code: issue.code, message: lowerFirst(issue.message) }];
  });
}

/** What is wrong by the option that the input is of; undefined when it is of none, and the whole of it is wrong. */
function nearestOption({ errors, path }: z.core.$ZodIssueInvalidUnion) {
  return errors
    .find((issues) => issues.every((issue) => issue.path.length > 0))
    ?.map((issue) => ({ ...issue, path: [...path, ...issue.path] }));
}

/** A JSON pointer (RFC 6901). */
function toPointer(path: PropertyKey[]): string {
  return path
    .map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`)
    .join("");
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
