import type { PolicyConfigSchema } from "@pulumi/policy";
import { nearestName } from "@aifactory/sdk/policy";

export type Schema = PolicyConfigSchema["properties"][string];
export type Properties = Readonly<Record<string, Schema>>;

/** Edits within which a name counts as a misspelling of another one. */
const MISSPELLING = 3;

/** What is wrong with an object of these properties and no others, each problem with the path of its field. */
export function objectProblems(
  value: Readonly<Record<string, unknown>>,
  properties: Properties,
  required: readonly string[] = [],
  path = "",
): string[] {
  const at = (key: string): string => (path === "" ? key : `${path}.${key}`);
  const missing = required.filter((key) => value[key] === undefined);
  return [
    ...missing.map((key) => `${at(key)} is missing`),
    ...Object.entries(value).flatMap(([key, each]) => {
      if (each === undefined) return [];
      const schema = Object.hasOwn(properties, key) ? properties[key] : undefined;
      if (schema) return problemsOf(each, schema, at(key));
      return `${at(key)} is not known${didYouMean(key, Object.keys(properties))}`;
    }),
  ];
}

/**
 * What is wrong with a value: the part of JSON Schema that the packs use. The engine validates too, but neither refuses
 * properties that it does not know nor says which name was meant.
 */
export function problemsOf(value: unknown, schema: Schema, path: string): string[] {
  const wrong = typeProblem(value, schema) ?? valueProblem(value, schema);
  if (wrong !== undefined) return [`${path} ${wrong}`];
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined || typeof items === "boolean" || Array.isArray(items)) return [];
    return value.flatMap((each, index) => problemsOf(each, items, `${path}[${index}]`));
  }
  if (typeof value !== "object" || value === null) return [];
  const object = value as Readonly<Record<string, unknown>>;
  const { additionalProperties: others } = schema;
  if (typeof others === "object")
    return Object.entries(object).flatMap(([key, each]) =>
      problemsOf(each, others, `${path}.${key}`),
    );
  if (schema.properties === undefined) return [];
  return objectProblems(object, schema.properties as Properties, schema.required, path);
}

function typeProblem(value: unknown, { type }: Schema): string | undefined {
  if (type === undefined) return undefined;
  const types = Array.isArray(type) ? type : [type];
  return types.some((each) => isOfType(value, each)) ? undefined : `must be ${types.join(" or ")}`;
}

function isOfType(value: unknown, type: string): boolean {
  if (type === "array") return Array.isArray(value);
  if (type === "null") return value === null;
  if (type === "integer") return Number.isInteger(value);
  if (type === "object")
    return typeof value === "object" && value !== null && !Array.isArray(value);
  return typeof value === type;
}

function valueProblem(value: unknown, schema: Schema): string | undefined {
  const { enum: choices, pattern, minimum = -Infinity, maximum = Infinity, minItems = 0 } = schema;
  if (choices && !choices.includes(value as string)) {
    const names = choices.map(String);
    return `must be one of ${names.join(", ")}${didYouMean(String(value), names)}`;
  }
  if (typeof value === "string" && pattern !== undefined && !new RegExp(pattern, "u").test(value))
    return `must be ${schema.description ?? `a text like ${pattern}`}; it is ${JSON.stringify(value)}`;
  if (typeof value === "number" && (value < minimum || value > maximum))
    return `must be from ${minimum} to ${maximum}; it is ${value}`;
  if (Array.isArray(value) && value.length < minItems)
    return `must have at least ${minItems} items`;
  return undefined;
}

function didYouMean(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known, MISSPELLING);
  return nearest === undefined || nearest === name ? "" : `; did you mean ${nearest}?`;
}
