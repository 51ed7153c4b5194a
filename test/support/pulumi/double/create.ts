import { type Properties, keepSecrets, markSecret } from "../properties.ts";
import type { ResourceState } from "./checkpoint.ts";
import type { Goal } from "./goal.ts";
import { type Operation, step } from "./operation.ts";
import { InitError, type ProviderHost } from "./provider.ts";

/** Inputs as the provider accepted them, secrets marked again. @throws with every failure it found. */
export async function checkedInputs(
  provider: ProviderHost,
  goal: Goal,
  olds: Properties,
): Promise<Properties> {
  const { inputs, failures } = await provider.check(goal.urn, olds, goal.inputs);
  if (failures.length > 0) {
    throw new Error(
      failures
        .map(
          ({ property, reason }) =>
            `${goal.type} resource '${goal.name}' has a problem: ${property}: ${reason}`,
        )
        .join("\n"),
    );
  }
  return keepSecrets(inputs, goal.inputs);
}

/** Creates; in a preview nothing is called, for the dynamic host does not take part in previews: inputs stand for outputs. */
export async function create(
  operation: Operation,
  provider: ProviderHost,
  goal: Goal,
  inputs: Properties,
  op: "create" | "create-replacement",
): Promise<ResourceState> {
  return step(operation, op, goal.urn, async () => {
    if (operation.preview) return keep(operation, stateOf(goal, inputs, "", inputs));
    try {
      const { id, outputs } = await provider.create(goal.urn, inputs);
      return keep(operation, stateOf(goal, inputs, id, outputs));
    } catch (error) {
      if (error instanceof InitError)
        keep(operation, stateOf(goal, inputs, error.id, error.properties, error.reasons));
      throw error;
    }
  });
}

/** Updates in place; a resource that did not become ready in an earlier operation comes here to be waited for again. */
export async function update(
  operation: Operation,
  provider: ProviderHost,
  goal: Goal,
  inputs: Properties,
  old: ResourceState,
): Promise<ResourceState> {
  return step(operation, "update", goal.urn, async () => {
    if (operation.preview) return keep(operation, stateOf(goal, inputs, old.id, inputs));
    try {
      return keep(
        operation,
        stateOf(goal, inputs, old.id, await provider.update(goal.urn, old.id, old.outputs, inputs)),
      );
    } catch (error) {
      if (error instanceof InitError)
        keep(operation, stateOf(goal, inputs, error.id, error.properties, error.reasons));
      throw error;
    }
  });
}

/** Puts a state among those that the operation leaves behind. */
export function keep(operation: Operation, state: ResourceState): ResourceState {
  operation.news.push(state);
  operation.deletedFirst.delete(state.urn);
  return state;
}

export function stateOf(
  goal: Goal,
  inputs: Properties,
  id: string,
  outputs: Properties,
  initErrors: readonly string[] = [],
): ResourceState {
  const { urn, type, name, custom, parent, dependencies, propertyDependencies } = goal;
  const marked = markSecret(keepSecrets(outputs, inputs), goal.additionalSecretOutputs);
  return {
    urn,
    type,
    name,
    custom,
    id,
    parent,
    inputs,
    outputs: marked,
    dependencies,
    propertyDependencies,
    initErrors,
    condemned: false,
  };
}
