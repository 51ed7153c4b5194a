import { UNKNOWN } from "../resources/unknown.ts";

/** How Pulumi writes what a preview does not know. */
const UNKNOWN_VALUE = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export type Properties = Record<string, unknown>;

/** Properties as the core wants them: unknowns by symbol, nothing that is null, nothing of the face's own. */
export function fromPulumi(properties: Properties): Properties {
  const { __provider, __urn, ...rest } = properties;
  return withoutNulls(rest) as Properties;
}

function withoutNulls(value: unknown): unknown {
  if (value === UNKNOWN_VALUE) return UNKNOWN;
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== null && each !== undefined)
      .map(([key, each]) => [key, withoutNulls(each)]),
  );
}

/** Outputs as plain JSON: the host cannot write anything else. */
export function toPulumi(outputs: object): Properties {
  return JSON.parse(JSON.stringify(outputs)) as Properties;
}
