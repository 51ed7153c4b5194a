import { isDeepStrictEqual } from "node:util";
import { analyzeResource } from "./analyze.ts";
import type { ResourceState } from "./checkpoint.ts";
import { checkedInputs, create, keep, stateOf, update } from "./create.ts";
import type { Goal } from "./goal.ts";
import { type Operation, oldState, step } from "./operation.ts";
import { replace } from "./replace.ts";

/** Brings one resource to what the program asks for: check, policies, diff, then the step that follows from it. */
export async function register(operation: Operation, goal: Goal): Promise<ResourceState> {
  if (operation.registered.has(goal.urn)) throw new Error(`Duplicate resource URN '${goal.urn}'`);
  operation.registered.add(goal.urn);
  if (!goal.custom) return component(operation, goal);
  const provider = await operation.provider();
  const old = operation.deletedFirst.has(goal.urn) ? undefined : oldState(operation, goal.urn);
  const inputs = await checkedInputs(provider, goal, old?.inputs ?? {});
  await analyzeResource(operation, goal, inputs);
  if (!old)
    return create(
      operation,
      provider,
      goal,
      inputs,
      operation.deletedFirst.has(goal.urn) ? "create-replacement" : "create",
    );
  const diff = await provider.diff(goal.urn, old.id, old.outputs, inputs);
  if (diff.replaces.length > 0) return replace(operation, provider, { goal, old, diff });
  const changed =
    diff.changes === "unknown" ? !isDeepStrictEqual(old.inputs, inputs) : diff.changes === "some";
  if (changed || old.initErrors.length > 0) return update(operation, provider, goal, inputs, old);
  return step(operation, "same", goal.urn, async () =>
    keep(operation, stateOf(goal, inputs, old.id, old.outputs)),
  );
}

/** A component has no provider: it is the same for as long as it is registered. */
async function component(operation: Operation, goal: Goal): Promise<ResourceState> {
  await analyzeResource(operation, goal, goal.inputs);
  const state = stateOf(goal, goal.inputs, "", {});
  const op = oldState(operation, goal.urn) ? "same" : "create";
  return step(operation, op, goal.urn, async () => keep(operation, state));
}
