import { isDeepStrictEqual } from "node:util";
import { keepSecrets } from "../properties.ts";
import type { ResourceState } from "./checkpoint.ts";
import { type Operation, fail, step } from "./operation.ts";

/** Reads every resource again; what is gone leaves the state, what moved is taken over. */
export async function refresh(operation: Operation): Promise<void> {
  for (const state of operation.before.resources) {
    try {
      const current = state.custom ? await readAgain(operation, state) : state;
      if (!current) {
        await step(operation, "delete", state.urn, async () => operation.gone.add(state));
        continue;
      }
      const op = isDeepStrictEqual(current.outputs, state.outputs) ? "same" : "update";
      await step(operation, op, state.urn, async () => operation.news.push(current));
    } catch (error) {
      return fail(operation, state.urn, (error as { details?: string }).details ?? String(error));
    }
  }
}

async function readAgain(
  operation: Operation,
  state: ResourceState,
): Promise<ResourceState | undefined> {
  const provider = await operation.provider();
  const found = await provider.read(state.urn, state.id, state.outputs, state.inputs);
  if (found.id === "") return undefined;
  return {
    ...state,
    id: found.id,
    outputs: keepSecrets(found.outputs, state.outputs),
    inputs: found.inputs ? keepSecrets(found.inputs, state.inputs) : state.inputs,
    initErrors: [],
  };
}
