/** The part of JSON Schema that the API description uses. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  propertyNames?: Schema;
  maxProperties?: number;
  anyOf?: Schema[];
}

export type Path = readonly (string | number)[];

/** One way in which a value breaks its schema. */
export interface Violation {
  /** What is wrong, in a word or two. */
  readonly fault: string;
  /** Where, as a JSON pointer. */
  readonly pointer: string;
  /** The whole value with the fault in it. */
  readonly value: unknown;
}

/** Stands for the absence of a field. */
const REMOVED = Symbol("removed");

interface Fault {
  readonly fault: string;
  readonly path: Path;
  readonly replacement: unknown;
}

export type Resolve = (schema: Schema) => Schema;

/** Every way to break, at one place at a time, a value that fits the schema. */
export function violationsOf(schema: Schema, value: unknown, resolve: Resolve): Violation[] {
  return faultsIn(schema, { value, path: [], resolve }).map(({ fault, path, replacement }) => ({
    fault,
    pointer: pointerTo(path),
    value: replaceAt(value, path, replacement),
  }));
}

/** Every place that a schema names, items as `0`; what samples must reach. */
export function placesOf(schema: Schema, resolve: Resolve, path: Path = []): string[] {
  const resolved = resolve(schema);
  const inside = [
    ...(resolved.anyOf ?? []).flatMap((option) => placesOf(option, resolve, path)),
    ...Object.entries(resolved.properties ?? {}).flatMap(([name, property]) =>
      placesOf(property, resolve, [...path, name]),
    ),
    ...(resolved.items ? placesOf(resolved.items, resolve, [...path, 0]) : []),
  ];
  return [...new Set([pointerTo(path), ...inside])];
}

/** Whether a value has something at a place. */
export function reaches(value: unknown, pointer: string): boolean {
  const found = pointer
    .split("/")
    .slice(1)
    .reduce<unknown>(
      (inner, step) => (inner as Record<string, unknown> | undefined)?.[step],
      value,
    );
  return found !== undefined;
}

interface Site {
  readonly value: unknown;
  readonly path: Path;
  readonly resolve: Resolve;
}

function faultsIn(schema: Schema, site: Site): Fault[] {
  const resolved = site.resolve(schema);
  if (resolved.anyOf !== undefined) return faultsInUnion(resolved.anyOf, site);
  const types = [resolved.type ?? []].flat();
  const nullFault = types.includes("null") ? [] : [at(site, "null", null)];
  return [
    ...nullFault,
    ...faultsByType(
      types.find((type) => type !== "null"),
      resolved,
      site,
    ),
  ];
}

function faultsByType(type: string | undefined, schema: Schema, site: Site): Fault[] {
  switch (type) {
    case "object":
      return [at(site, "wrong type", ["x"]), ...faultsInObject(schema, site)];
    case "array":
      return [at(site, "wrong type", { x: 1 }), ...faultsInArray(schema, site)];
    case "string":
      return [at(site, "wrong type", 42), ...faultsInString(schema, site)];
    case "integer":
    case "number":
      return [at(site, "wrong type", "1"), ...faultsInNumber(schema, site)];
    case "boolean":
      return [at(site, "wrong type", "true")];
    default:
      throw new Error(`no violation is known of ${JSON.stringify(schema)}`);
  }
}

/** Breaks the option that the value is of; a wrong type is of none, null perhaps of another one. */
function faultsInUnion(options: Schema[], site: Site): Fault[] {
  const kind = Array.isArray(site.value) ? "array" : typeof site.value;
  const candidates = options.map(site.resolve);
  const option = candidates.find(({ type }) => type === kind);
  if (option === undefined) throw new Error(`the sample at ${pointerTo(site.path)} fits no option`);
  const faults = faultsIn(option, site);
  const mayBeNull = candidates.some(({ type }) => type === "null");
  return mayBeNull
    ? faults.filter(({ path, fault }) => path !== site.path || fault !== "null")
    : faults;
}

function faultsInObject(schema: Schema, site: Site): Fault[] {
  const value = site.value as Record<string, unknown>;
  const { properties = {}, required = [], additionalProperties } = schema;
  const inside = Object.entries(properties)
    .filter(([name]) => value[name] !== undefined && value[name] !== null)
    .flatMap(([name, property]) => faultsIn(property, into(site, name)));
  const missing = required.map((name) => at(into(site, name), "missing", REMOVED));
  if (additionalProperties === false)
    return [...missing, at(into(site, "unknownField"), "unknown field", 1), ...inside];
  if (typeof additionalProperties !== "object") return [...missing, ...inside];
  return [...inside, ...faultsInRecord(schema, additionalProperties, site)];
}

function faultsInRecord(schema: Schema, values: Schema, site: Site): Fault[] {
  const value = site.value as Record<string, unknown>;
  const faults = Object.keys(value).flatMap((name) => faultsIn(values, into(site, name)));
  if (schema.maxProperties !== undefined) {
    const names = Array.from({ length: schema.maxProperties + 1 }, (_, index) => `key${index}`);
    const [any] = Object.values(value);
    const many = Object.fromEntries(names.map((name) => [name, any]));
    faults.push(at(site, "too many", many));
  }
  if (schema.propertyNames?.pattern !== undefined)
    faults.push(at(into(site, "not a name!"), "malformed name", Object.values(value)[0]));
  return faults;
}

function faultsInArray(schema: Schema, site: Site): Fault[] {
  const value = site.value as unknown[];
  const faults = value.flatMap((_, index) => faultsIn(schema.items!, into(site, index)));
  if (schema.maxItems !== undefined) {
    const many = Array.from({ length: schema.maxItems + 1 }, () => value[0]);
    faults.push(at(site, "too many", many));
  }
  if ((schema.minItems ?? 0) > 0) faults.push(at(site, "too few", []));
  return faults;
}

const MALFORMED = ["not valid!", " ", "-", "Ünïcode", "\u0007", ""];

function faultsInString(schema: Schema, site: Site): Fault[] {
  const { enum: words, format, pattern, minLength = 0, maxLength } = schema;
  if (words !== undefined) return [at(site, "unknown word", "zzzzzzzz")];
  // PostgreSQL stores neither.
  const faults = [
    at(site, "NUL", `${String(site.value)}\u0000`),
    at(site, "half a character", "\ud800"),
  ];
  if (maxLength !== undefined) faults.push(at(site, "too long", "a".repeat(maxLength + 1)));
  if (minLength > 0) faults.push(at(site, "too short", "a".repeat(minLength - 1)));
  if (format !== undefined) faults.push(at(site, `no ${format}`, "yesterday"));
  const malformed = MALFORMED.filter(
    (text) => pattern !== undefined && !new RegExp(pattern, "u").test(text),
  );
  return [
    ...faults,
    ...malformed.map((text) => at(site, `malformed ${JSON.stringify(text)}`, text)),
  ];
}

function faultsInNumber({ type, minimum, maximum }: Schema, site: Site): Fault[] {
  const faults = [at(site, "beyond every number", 1e300)];
  if (type === "integer") faults.push(at(site, "fraction", Number(site.value) + 0.5));
  if (minimum !== undefined) faults.push(at(site, "too small", minimum - 1));
  if (maximum !== undefined) faults.push(at(site, "too large", maximum + 1));
  return faults;
}

function at({ path }: Site, fault: string, replacement: unknown): Fault {
  return { fault, path, replacement };
}

function into(site: Site, step: string | number): Site {
  const value = (site.value as Record<string | number, unknown>)[step];
  return { ...site, value, path: [...site.path, step] };
}

function replaceAt(value: unknown, [step, ...rest]: Path, replacement: unknown): unknown {
  if (step === undefined) return replacement;
  if (Array.isArray(value))
    return value.map((item, index) => (index === step ? replaceAt(item, rest, replacement) : item));
  const changed: Record<string, unknown> = { ...(value as Record<string, unknown>) };
  const inner = replaceAt(changed[step], rest, replacement);
  if (inner === REMOVED) delete changed[step];
  else changed[step] = inner;
  return changed;
}

function pointerTo(path: Path): string {
  return path
    .map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`)
    .join("");
}
