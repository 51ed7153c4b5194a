import type { ResourceState } from "./checkpoint.ts";
import { type Operation, fail, step } from "./operation.ts";
import type { ProviderHost } from "./provider.ts";

/** Deletes one resource of the old state; in a preview it is only reported. */
export async function deleteState(
  operation: Operation,
  provider: ProviderHost | undefined,
  state: ResourceState,
  op: "delete" | "delete-replaced",
): Promise<void> {
  await step(operation, op, state.urn, async () => {
    if (!operation.preview) await provider?.delete(state.urn, state.id, state.outputs);
    operation.gone.add(state);
  });
}

/** Deletes what was replaced and what the program no longer registers, dependents first; the first failure ends it. */
export async function deleteRest(operation: Operation): Promise<void> {
  const living = new Set(operation.news.map((state) => state.urn));
  for (const state of operation.before.resources.toReversed()) {
    const superseded = state.condemned || operation.superseded.has(state);
    if (operation.gone.has(state) || (!superseded && living.has(state.urn))) continue;
    try {
      const provider = state.custom ? await operation.provider() : undefined;
      await deleteState(operation, provider, state, superseded ? "delete-replaced" : "delete");
    } catch (error) {
      return fail(operation, state.urn, (error as { details?: string }).details ?? String(error));
    }
  }
}
