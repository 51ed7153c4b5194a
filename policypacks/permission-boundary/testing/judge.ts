import { createRequire } from "node:module";
import type { PolicyResource } from "@pulumi/policy";
import type { AnalyzedResource } from "../../../test/support/pulumi/analyzer/policy-pack.ts";
import type { Configuration } from "../configuration.ts";
import { permissionBoundary } from "../permission-boundary.ts";

/** What the SDK puts between a policy and properties; its types do not show it. */
const { unknownCheckingProxy } = createRequire(import.meta.url)("@pulumi/policy/proxy") as {
  unknownCheckingProxy: (props: Readonly<Record<string, unknown>>) => Record<string, unknown>;
};

/** Runs the stack policy in this process, on properties behind the SDK's own unknown-checking proxy; answers the names it refuses. */
export function refused(
  program: readonly AnalyzedResource[],
  config: Partial<Configuration> = {},
): Map<string, string> {
  const resources = new Map<string, PolicyResource>();
  for (const { urn, type, name, properties } of program) {
    const props = unknownCheckingProxy(structuredClone(properties));
    const shown = { urn, type, name, props, dependencies: [], propertyDependencies: {} };
    resources.set(urn, shown as unknown as PolicyResource);
  }
  for (const { urn, propertyDependencies } of program) {
    for (const [key, urns] of Object.entries(propertyDependencies))
      resources.get(urn)!.propertyDependencies[key] = urns.flatMap(
        (each) => resources.get(each) ?? [],
      );
  }
  const found = new Map<string, string>();
  const args = { resources: [...resources.values()], getConfig: () => config };
  void permissionBoundary.validateStack(args as never, (message, urn) =>
    found.set(resources.get(urn!)!.name, String(message)),
  );
  return found;
}
