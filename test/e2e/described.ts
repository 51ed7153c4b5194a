import { openApiDocument } from "../../api/contract/openapi.ts";
import type { Operation } from "../../api/contract/operation.ts";
import { violationsOf, type Schema } from "./violations.ts";

interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  schema: Schema;
}

interface Described {
  requestBody?: { content: { "application/json": { schema: Schema } } };
  parameters?: Parameter[];
}

const description = openApiDocument() as unknown as {
  paths: Record<string, Record<string, Described>>;
  components: { schemas: Record<string, Schema> };
};

/** Follows a reference of the API description. */
export function resolve(schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  return resolve(description.components.schemas[schema.$ref.split("/").at(-1)!]!);
}

/** What the API description says that the body must be. */
export function bodySchema(operation: Operation): Schema {
  return describedAs(operation).requestBody!.content["application/json"].schema;
}

export function pathParameters(operation: Operation): string[] {
  return parametersOf(operation, "path").map(({ name }) => name);
}

/** Query parameters that the API description does not allow, one at a time. */
export function queryFaults(operation: Operation): { name: string; value: string }[] {
  const described = parametersOf(operation, "query").flatMap(({ name, schema }) =>
    [...wrongValues(schema), ...(name === "cursor" ? WRONG_CURSORS : [])].map((value) => ({
      name,
      value,
    })),
  );
  return [...described, { name: "unknown", value: "1" }];
}

// No page ever gave these.
const WRONG_CURSORS = ["%%%", "nope", encode("no key!"), encode("a\u0000\nb"), encode("a\nb\nc")];

function encode(text: string): string {
  return Buffer.from(text).toString("base64url");
}

function wrongValues(schema: Schema): string[] {
  const resolved = resolve(schema);
  if (resolved.type !== "string") {
    const numbers = [resolved.minimum! - 1, resolved.maximum! + 1, resolved.minimum! + 0.5];
    return [...numbers.map(String), "many", ""];
  }
  return violationsOf(resolved, "", resolve)
    .map(({ value }) => value)
    .filter((value) => typeof value === "string" && value.isWellFormed()) as string[];
}

function parametersOf(operation: Operation, place: Parameter["in"]): Parameter[] {
  return (describedAs(operation).parameters ?? []).filter((it) => it.in === place);
}

function describedAs(operation: Operation): Described {
  return description.paths[operation.path]![operation.method]!;
}
