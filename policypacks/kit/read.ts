/** Stands for a value that is not known during preview. */
export const UNKNOWN: unique symbol = Symbol("unknown");

/**
 * Copies properties so that what is not known can be seen. The policy SDK throws where an unknown is read, and then skips
 * the whole policy with an advisory, which would let through what nobody has judged (IAC-7).
 */
export function readProps(props: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return copy(props) as Record<string, unknown>;
}

/** One member of a value that `readProps` gave: unknown of an unknown, undefined of what has no members. */
export function member(value: unknown, key: string): unknown {
  if (value === UNKNOWN) return UNKNOWN;
  if (typeof value !== "object" || value === null) return undefined;
  return (value as Readonly<Record<string, unknown>>)[key];
}

function copy(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.keys(value).map((key) => [key, read(value, key)] as const);
  if (Array.isArray(value)) return entries.map(([, each]) => each);
  return Object.fromEntries(entries);
}

function read(container: object, key: string): unknown {
  let value: unknown;
  try {
    value = (container as Readonly<Record<string, unknown>>)[key];
  } catch {
    return UNKNOWN;
  }
  return copy(value);
}
