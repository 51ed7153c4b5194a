import { UNKNOWN } from "../properties.ts";
import type { ResourceState } from "./checkpoint.ts";
import { checkedInputs, create } from "./create.ts";
import { deleteState } from "./delete.ts";
import type { Goal } from "./goal.ts";
import type { Operation } from "./operation.ts";
import type { Diff, ProviderHost } from "./provider.ts";

/** Replaces a resource: delete-first with the dependents that would be replaced too, or create-first and delete at the end. */
export async function replace(
  operation: Operation,
  provider: ProviderHost,
  { goal, old, diff }: { readonly goal: Goal; readonly old: ResourceState; readonly diff: Diff },
): Promise<ResourceState> {
  if (goal.protect)
    throw new Error(
      `unable to replace resource "${goal.urn}"\nas it is currently marked for protection`,
    );
  const inputs = await checkedInputs(provider, goal, {});
  if (!(goal.deleteBeforeReplace ?? diff.deleteBeforeReplace)) {
    const state = await create(operation, provider, goal, inputs, "create-replacement");
    operation.superseded.add(old);
    return state;
  }
  for (const condemned of [
    ...(await dependentsToReplace(operation, provider, old)).toReversed(),
    old,
  ]) {
    await deleteState(operation, provider, condemned, "delete-replaced");
    operation.deletedFirst.add(condemned.urn);
  }
  return create(operation, provider, goal, inputs, "create-replacement");
}

/** Resources that depend on `root` by a property whose change replaces them, in dependency order. */
async function dependentsToReplace(
  operation: Operation,
  provider: ProviderHost,
  root: ResourceState,
): Promise<ResourceState[]> {
  const replaced = new Set([root.urn]);
  const dependents: ResourceState[] = [];
  for (const state of operation.before.resources) {
    if (
      !state.custom ||
      state.condemned ||
      operation.registered.has(state.urn) ||
      operation.gone.has(state)
    )
      continue;
    const unknown = Object.entries(state.propertyDependencies).filter(([, urns]) =>
      urns.some((urn) => replaced.has(urn)),
    );
    if (unknown.length === 0) continue;
    const inputs = {
      ...state.inputs,
      ...Object.fromEntries(unknown.map(([key]) => [key, UNKNOWN])),
    };
    const diff = await provider.diff(state.urn, state.id, state.outputs, inputs);
    if (diff.replaces.length === 0) continue;
    replaced.add(state.urn);
    dependents.push(state);
  }
  return dependents;
}
