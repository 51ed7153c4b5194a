import {
  outputsOf,
  type ComputeApi,
  type ComputeInputs,
  type ComputeKind,
  type ComputeOutputs,
  type Live,
} from "./compute.ts";
import { InitError } from "./init-error.ts";
import type { Context, Made } from "./resource.ts";
import { waitUntilUp } from "./wait-until-up.ts";

/**
 * From accepted to as the program wants it.
 * @throws {InitError} with the id and what there is, so that the next `up` goes on (IAC-3).
 */
export async function settle<
  L extends Live,
  Inputs extends ComputeInputs,
  Outputs extends ComputeOutputs,
>(
  kind: ComputeKind<L, Inputs, Outputs>,
  context: Context,
  { live, inputs, resume }: { readonly live: L; readonly inputs: Inputs; readonly resume: boolean },
): Promise<Made<Outputs>> {
  const api = kind.api(context.client);
  let last = live;
  try {
    last = await startOrStop(api, last, inputs, resume);
    if (last.running || inputs.running === false)
      last = await waitUntilUp(context, api, last, { what: kind.what, wait: inputs.wait });
    return { id: last.id, outputs: outputsOf(kind, last, inputs) };
  } catch (error) {
    last = await api.get(last.id).catch(() => last);
    throw pending(kind, last, inputs, error);
  }
}

/** The error of one that exists and is not as it should be. */
export function pending<L extends Live, Inputs extends ComputeInputs, Outputs>(
  kind: ComputeKind<L, Inputs, Outputs>,
  live: L,
  inputs: Inputs,
  error: unknown,
): InitError {
  return new InitError(live.id, { ...outputsOf(kind, live, inputs), __pending: true }, error);
}

/** What the program declares, it gets. Nothing else is restarted, but for what has not come up since it was made. */
async function startOrStop<L extends Live>(
  api: ComputeApi<L>,
  live: L,
  { running }: ComputeInputs,
  resume: boolean,
): Promise<L> {
  const failed = live.status === "FAILED";
  if (running === false) return live.running ? api.stop(live.id) : live;
  if (running === true ? !live.running || failed : resume && failed) return api.start(live.id);
  return live;
}
