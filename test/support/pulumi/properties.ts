/** A property value as it travels between engine, SDK and provider: JSON, with secrets and unknowns by signature. */
export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };
export type Properties = { [key: string]: Value };

/** How the SDK writes a value that is not known during preview. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

export const secret = (value: Value): Value => ({ [SIGNATURE]: SECRET, value });

const isObject = (value: Value | undefined): value is Properties =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isSecret = (value: Value | undefined): value is { value: Value } =>
  isObject(value) && value[SIGNATURE] === SECRET;

function map(value: Value, onSecret: (inner: Value) => Value): Value {
  if (isSecret(value)) return onSecret(value.value);
  if (Array.isArray(value)) return value.map((each) => map(each, onSecret));
  if (isObject(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, map(each, onSecret)]),
    );
  return value;
}

/** Secrets unwrapped at every depth: what a provider that does not accept secrets receives. */
export function plain(properties: Properties): Properties {
  const unwrap = (value: Value): Value => map(value, unwrap);
  return unwrap(properties) as Properties;
}

/** Secrets as in an exported state: the value is gone, only the fact remains. */
export function masked(properties: Properties): Properties {
  return map(properties, () => ({ [SIGNATURE]: SECRET, ciphertext: "v1:masked" })) as Properties;
}

function containsSecret(value: Value): boolean {
  let found = false;
  map(value, (inner) => {
    found = true;
    return inner;
  });
  return found;
}

/** Marks secret what was secret under the same name in `inputs`, as the engine does for providers that do not accept secrets. */
export function keepSecrets(outputs: Properties, inputs: Properties): Properties {
  const marked: Properties = { ...outputs };
  for (const [key, input] of Object.entries(inputs)) {
    const output = marked[key];
    if (output === undefined || isSecret(output)) continue;
    if (isObject(output) && isObject(input) && !isSecret(input))
      marked[key] = keepSecrets(output, input);
    else if (containsSecret(input)) marked[key] = secret(output);
  }
  return marked;
}

/** Marks the named top-level properties secret (`additionalSecretOutputs`). */
export function markSecret(outputs: Properties, keys: readonly string[]): Properties {
  const marked: Properties = { ...outputs };
  for (const key of keys) {
    const value = marked[key];
    if (value !== undefined && !isSecret(value)) marked[key] = secret(value);
  }
  return marked;
}

/** Without `__provider` and its like, which policy packs are not shown. */
export function withoutInternal(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => !key.startsWith("__")));
}
