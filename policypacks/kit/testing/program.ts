import { runtime } from "@pulumi/pulumi";

/** A value that is not known during preview, as the engine hands it to a pack. */
export const unknown: string = runtime.unknownValue;

type Value = null | boolean | number | string | Value[] | { [key: string]: Value };

/** A resource as the engine shows it to a pack. */
export interface ProgramResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly properties: { [key: string]: Value };
  readonly parent: string;
  readonly dependencies: readonly string[];
  /** By property, the URNs of the resources that its value comes from. */
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
}

/**
 * Builds resources for `runPolicy`: `kind` is one of AI Factory's (`Notebook`), or a whole type token
 * (`pulumi:pulumi:Stack`); `from` says which resources a property comes from, as outputs of theirs do.
 */
export function resource(
  kind: string,
  name: string,
  properties: ProgramResource["properties"] = {},
  from: Readonly<Record<string, readonly ProgramResource[]>> = {},
): ProgramResource {
  const type = kind.includes(":") ? kind : `pulumi-nodejs:dynamic/aifactory:${kind}`;
  const propertyDependencies = Object.fromEntries(
    Object.entries(from).map(([key, sources]) => [key, sources.map(({ urn }) => urn)]),
  );
  return {
    urn: `urn:pulumi:test::program::${type}::${name}`,
    type,
    name,
    properties,
    parent: "",
    dependencies: Object.values(propertyDependencies).flat(),
    propertyDependencies,
  };
}
