import type { Statement } from "@aifactory/sdk/policy";
import type { AnalyzedResource } from "../../../test/support/pulumi/analyzer/policy-pack.ts";
import { UNKNOWN, type Properties, type Value } from "../../../test/support/pulumi/properties.ts";

/** A resource as the engine shows it to a pack in a preview; `from` says which resource a property comes from. */
export function resource(
  kind: string,
  name: string,
  properties: Properties,
  from: Readonly<Record<string, readonly AnalyzedResource[]>> = {},
): AnalyzedResource {
  const type = `pulumi-nodejs:dynamic/aifactory:${kind}`;
  const sources = Object.entries(from).map(
    ([key, resources]) => [key, resources.map(({ urn }) => urn)] as const,
  );
  return {
    urn: `urn:pulumi:test::program::${type}::${name}`,
    type,
    name,
    properties,
    parent: "",
    dependencies: sources.flatMap(([, urns]) => urns),
    propertyDependencies: Object.fromEntries(sources),
  };
}

export const workspace = (name: string, more: Properties = {}): AnalyzedResource =>
  resource("Workspace", name, { name, ...more });

export const policy = (
  name: string,
  statements: readonly Statement[] | Value,
  more: Properties = {},
): AnalyzedResource => resource("Policy", name, { name, statements: statements as Value, ...more });

/** An attachment whose ids are not there yet. */
export const attach = (
  place: AnalyzedResource,
  attached: AnalyzedResource,
  more: Properties = {},
): AnalyzedResource =>
  resource(
    "PolicyAttachment",
    `${place.name}-${attached.name}`,
    { workspaceId: UNKNOWN, policyId: UNKNOWN, ...more },
    { workspaceId: [place], policyId: [attached] },
  );

/** A notebook or container in a Workspace that is not there yet. */
export const inside = (
  place: AnalyzedResource,
  region: Value,
  name = `in-${String(region)}`,
  kind: "Notebook" | "GpuContainer" = "Notebook",
): AnalyzedResource =>
  resource(kind, name, { workspaceId: UNKNOWN, region }, { workspaceId: [place] });
