import { type AnalyzedResource, type Violation } from "../analyzer/policy-pack.ts";
import { type Properties, withoutInternal } from "../properties.ts";
import { PROVIDER_TYPE, type ResourceState, STACK_TYPE, urnOf } from "./checkpoint.ts";
import type { Goal } from "./goal.ts";
import type { Operation } from "./operation.ts";

/**
 * Shows a registration's checked inputs to every policy pack.
 * @throws on a mandatory violation, except in a preview, which goes on to report them all.
 */
export async function analyzeResource(
  operation: Operation,
  goal: Goal,
  inputs: Properties,
): Promise<void> {
  const resource = { ...goal, properties: withoutInternal(inputs) };
  for (const pack of operation.packs) record(operation, await pack.analyze(resource));
  if (operation.failed && !operation.preview)
    throw new Error(`resource ${goal.urn} violates a mandatory policy`);
}

/** Shows the outputs of the whole stack to every policy pack. */
export async function analyzeStack(
  operation: Operation,
  providerInputs: Properties,
): Promise<void> {
  const urn = urnOf(operation.site, PROVIDER_TYPE, "default");
  const provider = {
    urn,
    type: PROVIDER_TYPE,
    name: "default",
    parent: "",
    properties: providerInputs,
    dependencies: [],
    propertyDependencies: {},
  };
  const resources = operation.news.map((state) => analyzed(operation, state));
  for (const pack of operation.packs)
    record(operation, await pack.analyzeStack([provider, ...resources]));
}

function analyzed(operation: Operation, state: ResourceState): AnalyzedResource {
  const outputs = state.type === STACK_TYPE ? operation.outputs : state.outputs;
  return { ...state, properties: withoutInternal(outputs) };
}

function record(operation: Operation, violations: readonly Violation[]): void {
  operation.violations.push(...violations);
  if (violations.some((violation) => violation.level === "mandatory")) operation.failed = true;
}
